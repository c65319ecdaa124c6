import { randomUUID } from "node:crypto";
import { BatonError, toErrorRecord } from "../engine/errors.ts";
import { isJsonObject, type Json } from "../engine/json.ts";
import type { HttpClient } from "../engine/ports/http.ts";
import type { Model } from "../engine/ports/model.ts";
import type { Sandbox } from "../engine/ports/sandbox.ts";
import type { ApprovalRequest, RunEvent, Usage } from "../engine/run/event.ts";
import { apply, emptyState, findStep } from "../engine/run/fold.ts";
import type { Prepared, RunCommand, RunInput } from "../engine/run/input.ts";
import { projectRun, type RunView } from "../engine/run/projection.ts";
import { escalationRequest } from "../engine/run/escalation.ts";
import { evaluatedStep, templateFor } from "../engine/run/preparation.ts";
import { scopeOf } from "../engine/run/scope.ts";
import type { RunState } from "../engine/run/state.ts";
import { isRunEnded } from "../engine/run/status.ts";
import { transition } from "../engine/run/transition.ts";
import type { Plan } from "../engine/workflow/plan.ts";
import { beginResolve } from "../engine/workflow/resolve.ts";
import type { Template } from "../engine/workflow/template.ts";
import { executors, prepareNode, type PreparedNode } from "../nodes/catalog/executors.ts";

export interface LocalParts {
  plan: Plan;
  input: Json;
  model: Model;
  http: HttpClient;
  sandbox: Sandbox;
  /** Plays the person: the option taken and what is said with it. */
  decide(request: ApprovalRequest, step: string): { decision: string; comment: string | null };
}

/** Gives an approval the id that a driver gives it. */
function ready(prepared: PreparedNode): Prepared {
  if (prepared.kind === "approval") return { ...prepared, approvalId: randomUUID() };
  if (prepared.kind === "call") throw new BatonError("INPUT_INVALID", "A local run cannot call another workflow.");
  return prepared;
}

type Execute = Extract<RunCommand, { type: "execute" }>;
type Prepare = Extract<RunCommand, { type: "prepare" }>;
const system = { kind: "system", id: null, label: "local run" } as const;

/**
 * Runs a workflow in this process to its end, with the real engine, sandbox and executors but nothing durable. Time is not waited for:
 * when nothing is at work, the clock is put forward to the next timer. Rejects when the run comes to a stop without an end.
 */
export async function runLocally(
  parts: LocalParts,
): Promise<{ view: RunView; events: RunEvent[]; mostAtOnce: number }> {
  const run = new LocalRun(parts);
  await run.toEnd();
  return { view: projectRun(parts.plan, run.id, run.events), events: run.events, mostAtOnce: run.mostAtOnce };
}

class LocalRun {
  readonly id = randomUUID();
  readonly events: RunEvent[] = [];
  mostAtOnce = 0;
  private readonly parts: LocalParts;
  private state: RunState;
  private now = Date.now();
  private readonly inbox: RunInput[] = [{ type: "start" }];
  private readonly atWork = new Set<Promise<void>>();
  private readonly timers = new Map<string, number>();
  private readonly aborts = new Map<string, AbortController>();

  constructor(parts: LocalParts) {
    this.parts = parts;
    const queued: RunEvent = {
      type: "run-queued",
      seq: 1,
      at: this.now,
      input: parts.input,
      workflowId: randomUUID(),
      version: 1,
      by: system,
      trigger: "cli",
    };
    this.events.push(queued);
    this.state = apply(parts.plan, emptyState(this.id), queued);
  }

  async toEnd(): Promise<void> {
    while (!isRunEnded(this.state.status)) {
      const next = this.inbox.shift();
      if (next !== undefined) await this.turn(next);
      else if (this.atWork.size > 0) await Promise.race(this.atWork);
      else this.fireNextTimer();
    }
    for (const abort of this.aborts.values()) abort.abort();
    await Promise.all(this.atWork);
  }

  private async turn(input: RunInput): Promise<void> {
    const turn = transition(this.parts.plan, this.state, input, this.now);
    this.state = turn.state;
    this.events.push(...turn.events);
    const prepared: RunInput[] = [];
    for (const command of turn.commands) {
      if (command.type === "prepare") prepared.push(await this.prepare(command));
      else this.dispatch(command);
    }
    this.inbox.unshift(...prepared);
  }

  /** Evaluates a step's config where it stands; a config that fails does so for good. */
  private async prepare({ step, node: nodeId, attempt, purpose, index }: Prepare): Promise<RunInput> {
    try {
      const { plan } = this.parts;
      const node = plan.nodes.get(nodeId);
      if (node === undefined) throw new BatonError("INTERNAL", `There is no node ${nodeId}.`);
      if (purpose === "escalate") {
        const error = findStep({ plan, state: this.state }, step)?.record.error ?? null;
        const request = escalationRequest(node, error);
        return { type: "prepared", step, attempt, prepared: { kind: "approval", approvalId: randomUUID(), request } };
      }
      const value = await this.evaluate(step, templateFor(node, purpose));
      if (purpose !== "step") {
        const kind = purpose === "check" ? "loop-check" : "loop-judge";
        return { type: "prepared", step, attempt, prepared: { kind, index: index ?? 0, holds: Boolean(value) } };
      }
      const { config, handlers } = evaluatedStep(node, value);
      const prepared = ready(prepareNode(node, config, { now: this.now, step }));
      return { type: "prepared", step, attempt, prepared, ...(handlers === undefined ? {} : { handlers }) };
    } catch (error) {
      return { type: "failed", step, attempt, error: { ...toErrorRecord(error, "INTERNAL"), retryable: false } };
    }
  }

  private async evaluate(step: string, template: Template): Promise<Json> {
    const { plan, sandbox } = this.parts;
    const scope = scopeOf(plan, this.state, step);
    const resolving = beginResolve(template, scope);
    const values: Json[] = [];
    for (const { code, source } of resolving.codes) {
      const [result] = await sandbox.evaluate(this.id, [{ code, scope, now: this.now, seed: step }]);
      if (result?.ok !== true) throw new BatonError(result?.code ?? "INTERNAL", `{{ ${source} }}: ${result?.message}`);
      values.push(result.value);
    }
    return resolving.finish(values);
  }

  private dispatch(command: Exclude<RunCommand, Prepare>): void {
    switch (command.type) {
      case "execute": {
        const work = this.execute(command).finally(() => this.atWork.delete(work));
        this.atWork.add(work);
        this.mostAtOnce = Math.max(this.mostAtOnce, this.atWork.size);
        return;
      }
      case "arm-timer":
        this.timers.set(command.key, command.due);
        return;
      case "disarm-timer":
        this.timers.delete(command.key);
        return;
      case "open-approval": {
        const { step, approvalId, request } = command;
        const decision = {
          ...this.parts.decide(request, step),
          approvalId,
          fields: {},
          by: system,
          via: "api" as const,
        };
        this.inbox.push({ type: "decided", step, decision: { ...decision, expired: false } });
        return;
      }
      case "abort":
        for (const step of command.steps) this.aborts.get(step)?.abort();
        return;
      case "start-child":
        throw new Error(`${command.step} calls another workflow, which a local run cannot.`);
      case "cancel-child":
      case "close-approval":
    }
  }

  private async execute({ step, node: nodeId, attempt, seq }: Execute): Promise<void> {
    const { plan, model, http } = this.parts;
    const node = plan.nodes.get(nodeId);
    const scheduled = this.events[seq - 1];
    const effect = executors[node?.type ?? ""];
    if (effect === undefined || scheduled?.type !== "step-scheduled") throw new Error(`${step} cannot be executed.`);
    const abort = new AbortController();
    this.aborts.set(step, abort);
    const timeout = AbortSignal.timeout(node?.timeoutMs ?? 60_000);
    const signal = AbortSignal.any([abort.signal, timeout]);
    const idempotencyKey = `${this.id}.${step}.${attempt}`;
    const usage: Usage[] = [];
    this.inbox.push({ type: "started", step, attempt, worker: "local", claim: 1 });
    try {
      const outcome = await effect(
        {
          runId: this.id,
          stepId: step,
          attempt,
          idempotencyKey,
          signal,
          http,
          credential: (name) =>
            Promise.reject(new BatonError("CREDENTIAL_UNUSABLE", `"${name}" is not available in a local run.`)),
          agent: () => Promise.reject(new BatonError("AGENT_UNAVAILABLE", "A local run has no registry of agents.")),
          publish: () => Promise.resolve(),
          model: async (request) => {
            const answer = await model.answer({ ...request, signal, idempotencyKey });
            usage.push(answer.usage);
            return answer;
          },
          log: () => undefined,
        },
        isJsonObject(scheduled.input) ? scheduled.input : {},
      );
      this.inbox.push({ type: "succeeded", step, attempt, outcome: { ...outcome, usage } });
    } catch (thrown) {
      const error = timeout.aborted
        ? new BatonError("STEP_TIMEOUT", `${step} took longer than its limit.`, { cause: thrown })
        : thrown;
      this.inbox.push({ type: "failed", step, attempt, error: toErrorRecord(error) });
    } finally {
      this.aborts.delete(step);
    }
  }

  private fireNextTimer(): void {
    const [next] = [...this.timers].toSorted(([, one], [, other]) => one - other);
    if (next === undefined) throw new Error(`The run stands still with status ${this.state.status}.`);
    const [key, due] = next;
    this.timers.delete(key);
    this.now = Math.max(this.now, due);
    this.inbox.push({ type: "timer", key });
  }
}
