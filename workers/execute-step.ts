import { agentOf } from "../engine/agent.ts";
import { BatonError, toErrorRecord } from "../engine/errors.ts";
import type { ErrorRecord } from "../engine/errors.ts";
import { isJsonObject } from "../engine/json.ts";
import type { AgentRegistry } from "../engine/ports/agents.ts";
import type { CredentialSource } from "../engine/ports/credentials.ts";
import type { EventBus } from "../engine/ports/event-bus.ts";
import type { HttpClient } from "../engine/ports/http.ts";
import type { Breakers } from "../engine/ports/breakers.ts";
import type { OrganizationModels } from "../engine/ports/model.ts";
import type { Purse } from "../engine/ports/purse.ts";
import type { StepJob } from "../engine/ports/step-queue.ts";
import type { EventOf, LogLine, Outcome, Usage } from "../engine/run/event.ts";
import type { RunInput } from "../engine/run/input.ts";
import { outcomeSchema } from "../engine/run/event.ts";
import type { PlanNode } from "../engine/workflow/plan.ts";
import { keepContract } from "../nodes/catalog/data-contract.ts";
import { executors } from "../nodes/catalog/executors.ts";
import type { Execute, ExecuteContext } from "../nodes/define-node.ts";
import type { Slot } from "./carried-steps.ts";
import type { Drainer } from "./drain-run.ts";
import { withAddresses, type CallbackAddress } from "./callback-addresses.ts";
import { reachHoldPoint } from "./faults/hold-point.ts";
import { Mask } from "./mask.ts";
import { breakingHttp } from "./http-calls.ts";
import { askAgent } from "./agent-calls.ts";
import { askModel, paidFor } from "./model-calls.ts";
import type { RunIdentity } from "./plans.ts";
import type { Counted, StepSlots } from "./step-slots.ts";
import type { WorkerPorts } from "./ports.ts";
import { deathsWith, isSuspect, mostDeaths, poisoned, Suspects } from "./suspects.ts";

/**
 * done: the outcome is in the journal, or nobody wants it. handed-back: nothing was decided, another worker takes it.
 * later: a limit of the organisation has no room for it now.
 */
export type ExecutionVerdict = "done" | "handed-back" | "later";

export interface StepExecutor {
  /** @throws when the journal cannot be read: the job comes again */
  execute(job: StepJob, claim: number, slot?: Slot): Promise<ExecutionVerdict>;
  /** Steps under way. */
  size(): number;
  /** Aborts all steps and hands their jobs back. */
  stop(): void;
  close(): void;
}

export interface ExecutorPorts extends WorkerPorts {
  bus: EventBus;
  model: OrganizationModels;
  http: HttpClient;
  credentials: CredentialSource;
  breakers: Breakers;
  purse: Purse;
  agents: AgentRegistry;
  stepSlots: StepSlots;
  /** The address that ends a step's wait for a call. */
  callbackAddress: CallbackAddress;
}

const maxOutputBytes = 10 * 1024 * 1024;
const maxLogLines = 1_000;
const maxLogLength = 4_000;
/** Time limits of steps whose author set none. */
const defaultTimeoutMs = { agent: 300_000, http: 60_000, other: 300_000 };

/** Why a step's signal was aborted; anything else is a person or the run that called the step off. */
const reasons = { timeout: Symbol("timeout"), stopped: Symbol("stopped"), unwanted: Symbol("unwanted") };

interface Working {
  job: StepJob;
  abort: AbortController;
}

export function createStepExecutor(ports: ExecutorPorts, drainer: Drainer): StepExecutor {
  const working = new Set<Working>();
  const suspects = new Suspects();
  const stop = new AbortController();
  const stopListening = ports.control.onAbort((runId, steps) => {
    for (const { job, abort } of working) {
      if (job.runId === runId && steps.includes(job.stepId)) abort.abort(reasons.unwanted);
    }
  });

  const execute = async (job: StepJob, claim: number, slot?: Slot): Promise<ExecutionVerdict> => {
    const counted = await countedAs(ports, job);
    const leave = counted === null ? null : await ports.stepSlots.enter(counted);
    if (counted !== null && leave === null) return "later";
    try {
      return await executeFound(job, claim, slot);
    } finally {
      await leave?.();
    }
  };
  const executeFound = async (job: StepJob, claim: number, slot?: Slot): Promise<ExecutionVerdict> => {
    const found = await findWork(ports, drainer, job);
    if (found === null) return "done";
    if (!isSuspect(claim)) return perform(job, claim, found, slot);
    return suspects.alone(async () => {
      if (stop.signal.aborted) return "handed-back";
      const deaths = await deathsWith(ports.journal, job, claim);
      if (deaths < mostDeaths) return perform(job, claim, found, slot);
      const { step, attempt } = found.scheduled;
      await drainer.confirm(job.runId, { type: "failed", step, attempt, error: poisoned(deaths) }, stop.signal);
      return "done";
    });
  };

  const perform = async (job: StepJob, claim: number, found: Work, slot?: Slot): Promise<ExecutionVerdict> => {
    const { step, attempt } = found.scheduled;
    const report = (input: RunInput): Promise<boolean> => drainer.confirm(job.runId, input, stop.signal);
    if (!(await report({ type: "started", step, attempt, worker: ports.worker, claim }))) {
      // Finished or called off. Its worker may have died before it handed over what follows from it.
      await drainer.wake(job.runId, { recover: true });
      return "done";
    }
    reachHoldPoint("before-effect");
    const abort = new AbortController();
    const entry: Working = { job, abort };
    working.add(entry);
    try {
      const outcome = await tracedEffect(ports, found, abort);
      if (outcome === null) return abort.signal.reason === reasons.stopped ? "handed-back" : "done";
      reachHoldPoint("after-effect-before-outcome");
      slot?.ready();
      await report(outcome);
      reachHoldPoint("after-outcome-before-ack");
      return "done";
    } finally {
      working.delete(entry);
    }
  };

  return {
    async execute(job, claim, slot) {
      try {
        return await execute(job, claim, slot);
      } catch (error) {
        if (stop.signal.aborted) return "handed-back";
        throw error;
      }
    },
    size: () => working.size,
    stop() {
      stop.abort();
      for (const { abort } of working) abort.abort(reasons.stopped);
    },
    close: stopListening,
  };
}

interface Work {
  identity: RunIdentity;
  node: PlanNode;
  effect: Execute;
  /** What the run may cost, in US dollars. */
  budgetUsd: number | null;
  scheduled: EventOf<"step-scheduled">;
}

/** What a step counts as, without asking the journal: one that finds no room is looked at again every second. */
async function countedAs(ports: ExecutorPorts, job: StepJob): Promise<Counted | null> {
  const { runId, stepId, nodeId, attempt } = job;
  const identity = await ports.plans.identity(runId);
  if (identity === null) return null;
  const { orgId, workflowId, version } = identity;
  const node = (await ports.plans.plan(workflowId, version)).nodes.get(nodeId);
  const agent = node === undefined ? null : agentOf(node.config);
  return { orgId, workflowId, agent, holder: `${runId}.${stepId}.${attempt}`, ticket: ports.queue.ticket(job) };
}

/** What the job stands for; null when there is no such step (the run was deleted, or Redis holds jobs of another database). */
async function findWork(
  ports: ExecutorPorts,
  { recent, artifacts }: Pick<Drainer, "recent" | "artifacts">,
  job: StepJob,
): Promise<Work | null> {
  const [identity, event] = await Promise.all([
    ports.plans.identity(job.runId),
    recent.take(job) ?? ports.journal.event(job.runId, job.seq),
  ]);
  const matches = event?.type === "step-scheduled" && event.step === job.stepId && event.attempt === job.attempt;
  if (identity === null || !matches) {
    ports.log.warn({ runId: job.runId, stepId: job.stepId, seq: job.seq }, "a step's job stands for nothing; dropped");
    return null;
  }
  const plan = await ports.plans.plan(identity.workflowId, identity.version);
  const node = plan.nodes.get(job.nodeId);
  const effect = node === undefined ? undefined : executors[node.type];
  if (node === undefined || effect === undefined) {
    ports.log.error({ runId: job.runId, stepId: job.stepId }, "a step has no executor; dropped");
    return null;
  }
  const scheduled = { ...event, input: await artifacts.whole(job.runId, event.input) };
  return { identity, node, effect, budgetUsd: raised(plan.file.settings.budgetUsd, event.raisedUsd), scheduled };
}

function raised(budgetUsd: number | null, by = 0): number | null {
  return budgetUsd === null ? null : budgetUsd + by;
}

/** What is left for this attempt: its own limit, or less where the time of all attempts ends before. */
function timeLimit(node: PlanNode, { until }: EventOf<"step-scheduled">, now: number): number {
  const own = node.timeoutMs ?? timeoutOf(node.type);
  return until === undefined ? own : Math.max(1, Math.min(own, until - now));
}

async function tracedEffect(ports: ExecutorPorts, work: Work, abort: AbortController): Promise<RunInput | null> {
  const { identity, node, scheduled } = work;
  const { step, attempt } = scheduled;
  const facts = { runId: identity.runId, step, attempt, attributes: { "baton.node.type": node.type } };
  return ports.tracer.span(`step ${node.type}`, facts, async (span) => {
    const outcome = await runEffect(ports, work, abort);
    if (outcome?.type === "failed") span.fail(outcome.error.code);
    if (outcome === null) span.note({ "baton.step.wanted": false });
    return outcome;
  });
}

/** Runs the effect under its time limit. Null when nobody wants the outcome (called off, or the worker stops). */
async function runEffect(ports: ExecutorPorts, work: Work, abort: AbortController): Promise<RunInput | null> {
  const { identity, node, effect, scheduled } = work;
  const { step, attempt } = scheduled;
  const usage: Usage[] = [];
  const logs: LogLine[] = [];
  const limit = timeLimit(node, scheduled, ports.clock.now());
  const timer = setTimeout(() => abort.abort(reasons.timeout), limit);
  const mask = new Mask();
  const context = executeContext(ports, work, abort.signal, usage, logs, mask);
  const aborted = Promise.withResolvers<never>();
  abort.signal.addEventListener("abort", () => aborted.reject(new Error("aborted")), { once: true });
  aborted.promise.catch(() => undefined);
  const failed = (error: ErrorRecord): RunInput => ({
    type: "failed",
    step,
    attempt,
    error: mask.error(error),
    ...(usage.length > 0 ? { usage } : {}),
    ...(logs.length > 0 ? { logs: mask.logs(logs) } : {}),
  });
  try {
    if (abort.signal.aborted) throw new Error("aborted");
    // An executor that does not listen to its signal must not hold the slot.
    const given = withAddresses(scheduled.input, identity.runId, ports.callbackAddress, mask);
    const input = isJsonObject(given) ? given : {};
    keepContract(ports.contracts, node, "input", input);
    const outcome = await Promise.race([effect(context, input), aborted.promise]);
    keepContract(ports.contracts, node, "output", outcome.output);
    return { type: "succeeded", step, attempt, outcome: checkOutcome(mask.outcome(outcome), usage, mask.logs(logs)) };
  } catch (error) {
    const { reason } = abort.signal;
    if (reason === reasons.unwanted || reason === reasons.stopped) return null;
    if (reason === reasons.timeout) return failed(timedOut(node, limit));
    // An answer that was refused or unreadable was paid for all the same.
    if (error instanceof BatonError) usage.push(...paidFor(error));
    if (!(error instanceof BatonError))
      ports.log.error({ runId: identity.runId, stepId: step, err: error }, "a step threw");
    return failed(toErrorRecord(error));
  } finally {
    clearTimeout(timer);
  }
}

function timeoutOf(type: string): number {
  return type === "agent" ? defaultTimeoutMs.agent : type === "http" ? defaultTimeoutMs.http : defaultTimeoutMs.other;
}

function executeContext(
  ports: ExecutorPorts,
  { identity, budgetUsd, scheduled: { step, attempt } }: Work,
  signal: AbortSignal,
  usage: Usage[],
  logs: LogLine[],
  mask: Mask,
): ExecuteContext {
  const { runId, orgId } = identity;
  const idempotencyKey = `${runId}.${step}.${attempt}`;
  const http = breakingHttp(ports.http, ports.breakers, orgId);
  let calls = 0;
  let asked: Usage["agent"];
  const log: ExecuteContext["log"] = (level, message) => {
    if (logs.length < maxLogLines) logs.push({ at: ports.clock.now(), level, message: message.slice(0, maxLogLength) });
  };
  return {
    runId,
    stepId: step,
    attempt,
    idempotencyKey,
    signal,
    async model(request) {
      calls += 1;
      const whole = {
        ...request,
        signal,
        // A second call of the same step is another effect, and must not be answered with the first one's answer.
        idempotencyKey: calls === 1 ? idempotencyKey : `${idempotencyKey}.${calls}`,
        onText: (text: string) => {
          request.onText?.(text);
          if (!signal.aborted) ports.broadcaster.text(identity, step, attempt, mask.text(text));
        },
      };
      const spender = { runId, orgId, step, runBudgetUsd: budgetUsd };
      const answer = await askModel(ports, spender, whole, (message) => log("warn", message));
      usage.push(asked === undefined ? answer.usage : { ...answer.usage, agent: asked });
      return answer;
    },
    agent: (ref, given, ask) =>
      askAgent(ports, { runId, orgId, step, attempt, usage, signal }, ref, given, {
        note: (message) => log("warn", message),
        ask(agent) {
          asked = { id: agent.id, name: agent.name, version: agent.version };
          return ask(agent);
        },
      }),
    async credential(name) {
      const { credential, secrets } = await ports.credentials.open(identity.orgId, name);
      mask.hide(secrets);
      return credential;
    },
    publish: (event) =>
      // Told again by a later attempt it is the same event: what was told once is not told twice.
      ports.bus.publish({ ...event, id: `${runId}.${step}`, orgId, origin: runId }),
    http: { send: (request) => http.send({ signal, ...request }) },
    log,
  };
}

/** The outcome with what the context gathered. Usage that the executor reports itself stands. */
function checkOutcome(given: Outcome, usage: Usage[], logs: LogLine[]): Outcome {
  const outcome = outcomeSchema.parse({
    ...given,
    ...(given.usage === undefined && usage.length > 0 ? { usage } : {}),
    ...(logs.length > 0 ? { logs: [...(given.logs ?? []), ...logs].slice(0, maxLogLines) } : {}),
  });
  const bytes = Buffer.byteLength(JSON.stringify(outcome.output));
  if (bytes <= maxOutputBytes) return outcome;
  throw new BatonError(
    "VALUE_TOO_LARGE",
    `The step gave ${(bytes / 1024 / 1024).toFixed(1)} MB; a step may give 10 MB at most. Ask for less, or keep only what later steps need.`,
  );
}

function timedOut(node: PlanNode, limit: number): ErrorRecord {
  return {
    code: "STEP_TIMEOUT",
    message: `${node.name} took longer than its limit of ${limit >= 1_000 ? `${limit / 1_000} s` : `${limit} ms`}.`,
    retryable: true,
  };
}
