import type { Json } from "../../../engine/json.ts";
import type { RunEvent } from "../../../engine/run/event.ts";
import { apply, emptyState, fold } from "../../../engine/run/fold.ts";
import type { RunCommand, RunInput } from "../../../engine/run/input.ts";
import { outstanding } from "../../../engine/run/outstanding.ts";
import { projectRun } from "../../../engine/run/projection.ts";
import type { RunState } from "../../../engine/run/state.ts";
import type { StepStatus } from "../../../engine/run/status.ts";
import { isReference, restoreArtifacts, type KeepArtifact } from "../../../engine/run/artifact.ts";
import { transition } from "../../../engine/run/transition.ts";
import { verifyJournal } from "../../../engine/run/verify.ts";
import { compile } from "../../../engine/workflow/compile.ts";
import type { Plan } from "../../../engine/workflow/plan.ts";
import { catalogue } from "../definitions.ts";
import { prepareAtOnce, artifactsFor } from "../prepare-steps.ts";

const workflowId = "00000000-0000-4000-8000-000000000000";
const runId = "00000000-0000-4000-8000-000000000001";
const by = { kind: "system" as const, id: null, label: "test" };

/** Whether runs keep every value of their steps apart from their events, as they do what is too large to travel inline. */
export const keeping = { apart: false };

/**
 * A run of a workflow file on the engine alone, with the product's own node types: whoever holds it plays the world, and says when a step
 * is done, an event comes or time passes. Nothing happens by itself but computing.
 */
export class PatternRun {
  readonly plan: Plan;
  readonly events: RunEvent[] = [];
  /** Commands of all turns that are not `prepare`. */
  readonly commands: RunCommand[] = [];
  state: RunState = emptyState(runId);
  #now = 1_700_000_000_000;
  #ids = 0;
  readonly #values = new Map<string, Json>();

  constructor(file: unknown, input: Json = {}) {
    const compiled = compile(file, catalogue);
    if (!compiled.ok) throw new Error(compiled.problems.map(({ message }) => message).join("\n"));
    this.plan = compiled.plan;
    const queued: RunEvent = {
      type: "run-queued",
      input,
      workflowId,
      version: 1,
      by,
      trigger: "api",
      seq: 1,
      at: this.#now,
    };
    this.events.push(queued);
    this.state = apply(this.plan, this.state, queued);
    this.give({ type: "start" });
  }

  /** One input, and all the computing that follows from it. */
  give(input: RunInput): void {
    const inputs = [input];
    for (let next = inputs.shift(); next !== undefined; next = inputs.shift()) {
      this.#now += 1;
      const turn = transition(this.plan, this.state, next, this.#now, keeping.apart ? this.#keep : undefined);
      this.state = turn.state;
      this.events.push(...structuredClone(turn.events));
      const prepares = turn.commands.filter((command) => command.type === "prepare");
      this.commands.push(...turn.commands.filter((command) => command.type !== "prepare"));
      const context = {
        plan: this.plan,
        state: this.state,
        now: this.#now,
        newId: () => this.#uuid(),
        newChildId: () => this.#uuid(),
        contracts: () => null,
        log: { error: (fields: object, message: string) => fail(`${message} ${JSON.stringify(fields)}`) },
      };
      const needed = [...artifactsFor(context, prepares)].map((id) => [id, this.#values.get(id) ?? null] as const);
      const answers = prepareAtOnce({ ...context, known: new Map(needed) }, prepares);
      if (answers === null) throw new Error("An expression of this workflow needs the sandbox.");
      inputs.push(...answers);
    }
  }

  readonly #keep: KeepArtifact = (value) => {
    if (value === null || isReference(value)) return value;
    const id = String(this.#values.size).padStart(64, "0");
    this.#values.set(id, value);
    return { $artifact: id, bytes: 0, kind: "text", length: 0 };
  };

  /** What the run gave. */
  get output(): Json {
    return restoreArtifacts(this.state.output, this.#values);
  }

  /** What a step of the graph itself gave. */
  outputOf(node: string): Json {
    return restoreArtifacts(this.state.frames[""]?.steps[node]?.output ?? null, this.#values);
  }

  /** Steps that an executor works on, in the order they were begun. */
  get atWork(): string[] {
    return this.steps("queued", "running").filter((step) => this.#node(step)?.behaviour === "effect");
  }

  /** Steps in one of these states, in the order they came up. */
  steps(...statuses: StepStatus[]): string[] {
    return projectRun(this.plan, runId, structuredClone(this.events))
      .steps.filter(({ status }) => statuses.includes(status))
      .map(({ step }) => step);
  }

  status(step: string): StepStatus | undefined {
    return projectRun(this.plan, runId, structuredClone(this.events)).steps.find((each) => each.step === step)?.status;
  }

  /** Steps that executors finished, in order. */
  get finished(): string[] {
    return this.events.flatMap((event) =>
      event.type === "step-completed" && this.#node(event.step)?.behaviour === "effect" ? [event.step] : [],
    );
  }

  finish(step: string, output: Json = { of: step }): void {
    this.give({ type: "succeeded", step, attempt: this.#attempt(step), outcome: { output } });
  }

  fail(step: string): void {
    const error = { code: "HTTP_FAILED" as const, message: "no answer", retryable: false };
    this.give({ type: "failed", step, attempt: this.#attempt(step), error });
  }

  event(name: string, payload: Json = null, key: string | null = null): void {
    this.#ids += 1;
    this.give({ type: "event-received", id: `event-${this.#ids}`, name, key, payload });
  }

  /** The worker dies, and another one takes over: all that is left is the journal. */
  recover(): void {
    this.state = fold(this.plan, runId, structuredClone(this.events));
    this.commands.push(...outstanding(this.plan, this.state));
  }

  /** The timer fires, at its time. */
  timer(key: string): void {
    const armed = this.commands.findLast((command) => command.type === "arm-timer" && command.key === key);
    if (armed?.type !== "arm-timer") throw new Error(`No timer ${key} was armed.`);
    this.#now = Math.max(this.#now, armed.due);
    this.give({ type: "timer", key });
  }

  decide(step: string, decision: string, fields: Record<string, Json> = {}): void {
    const asked = this.commands.findLast((command) => command.type === "open-approval" && command.step === step);
    if (asked?.type !== "open-approval") throw new Error(`${step} asks nobody.`);
    const { approvalId } = asked;
    this.give({
      type: "decided",
      step,
      decision: { approvalId, decision, comment: null, fields, by, via: "app", expired: false },
    });
  }

  childEnds(step: string, end: Partial<Extract<RunInput, { type: "child-ended" }>> = {}): void {
    const started = this.commands.findLast((command) => command.type === "start-child" && command.step === step);
    if (started?.type !== "start-child") throw new Error(`${step} calls nothing.`);
    const cost = { costUsd: 0, inputTokens: 0, outputTokens: 0, demo: false };
    const { childId } = started;
    this.give({ type: "child-ended", step, childId, status: "completed", output: null, error: null, ...cost, ...end });
  }

  /** What a journal must always be: whole, foldable to the same state, and with nothing left behind once the run is over. */
  faults(): string[] {
    const again = fold(this.plan, runId, structuredClone(this.events));
    const facts = { workflowId, version: 1, status: this.state.status };
    return [
      ...verifyJournal(runId, this.events, { plan: this.plan, facts }).map(({ message }) => message),
      ...(JSON.stringify(again) === JSON.stringify(this.state) ? [] : ["the journal folds to another state"]),
    ];
  }

  #node(step: string): ReturnType<Plan["nodes"]["get"]> {
    return this.plan.nodes.get(step.slice(step.lastIndexOf(".") + 1));
  }

  #attempt(step: string): number {
    const dot = step.lastIndexOf(".");
    const frame = this.state.frames[dot < 0 ? "" : step.slice(0, dot)];
    return frame?.steps[step.slice(dot + 1)]?.attempt ?? 0;
  }

  #uuid(): string {
    this.#ids += 1;
    return `00000000-0000-4000-8000-${String(this.#ids).padStart(12, "0")}`;
  }
}

function fail(message: string): never {
  throw new Error(message);
}
