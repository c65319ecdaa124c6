import { BatonError } from "../errors.ts";
import type { Json } from "../json.ts";
import type { Plan, PlanNode } from "../workflow/plan.ts";
import { isAskingForMoney, raiseBy } from "./budget.ts";
import { applyChange } from "./control.ts";
import type { EventOf, RunEvent, Usage } from "./event.ts";
import { failStep } from "./failure.ts";
import { endScope } from "./ending.ts";
import { armHandlers, fire, hear, hearKept, listen, tell, timePayload } from "./handlers.ts";
import { nextInQueue } from "./limits.ts";
import { checkedLoop, judgedLoop, loopFrameEnded, openLoop } from "./loop.ts";
import { parallelFrameChanged } from "./parallel.ts";
import { lookUp, stepParts } from "./path.ts";
import { rewindRun } from "./rewind.ts";
import { startRollback, undone } from "./rollback.ts";
import type { Frame, RunState, Step } from "./state.ts";
import { isRunEnded, isStepEnded } from "./status.ts";
import { isReference, artifactBytes } from "./artifact.ts";
import { begin, eachFrameEnded, endStep, type Fold, type Observer, openFrame, setStatus } from "./step.ts";

export function emptyState(runId: string): RunState {
  return {
    schema: 1,
    runId,
    seq: 0,
    status: "queued",
    queuedAt: 0,
    deadline: 0,
    input: null,
    vars: {},
    frames: {},
    working: 0,
    pending: 0,
    output: null,
    error: null,
    errorStep: null,
    costUsd: 0,
    inputTokens: 0,
    outputTokens: 0,
    failing: false,
  };
}

/** The state after these events. The same events give the same state, byte for byte. */
export function fold(plan: Plan, runId: string, events: Iterable<RunEvent>): RunState {
  let state = emptyState(runId);
  for (const event of events) state = apply(plan, state, event);
  return state;
}

/**
 * Folds one event in. The state given is consumed: use the one returned. All that the event entails by the rules (edges, skips,
 * frames) happens here and nowhere else. Throws INTERNAL for an event that does not follow the state's last one.
 */
export function apply(plan: Plan, state: RunState, event: RunEvent, observe?: Observer): RunState {
  if (event.seq !== state.seq + 1) {
    throw new BatonError("INTERNAL", `Event ${event.seq} does not follow event ${state.seq} of run ${state.runId}.`);
  }
  state.seq = event.seq;
  const folding: Fold = { plan, state, observe, frameChanged };
  if (event.type.startsWith("run-")) applyRunEvent(folding, event);
  else if (!isRunEnded(state.status)) applyStepEvent(folding, event);
  if (folding.freed !== undefined) beginFreed(folding, folding.freed);
  if (state.status === "running" || state.status === "waiting") {
    state.status = state.working === 0 && state.pending === 0 ? "waiting" : "running";
  }
  return state;
}

/** Steps that waited for a named limit begin where it has room now. */
function beginFreed(folding: Fold, freed: Set<string>): void {
  const { plan, state } = folding;
  if (isRunEnded(state.status)) return;
  const rank = (step: string): number => plan.nodes.get(stepParts(step).node)?.rank ?? 0;
  for (const key of freed) {
    for (;;) {
      const use = state.limits?.[key];
      const step = nextInQueue(state, key, rank);
      const found = step === null ? null : findStep(folding, step);
      if (use === undefined || found === null || use.held >= (found.node.limit?.max ?? 1)) break;
      const { frame, node, record } = found;
      use.queue.splice(use.queue.indexOf(step ?? ""), 1);
      use.held += 1;
      delete record.blocked;
      record.holds = key;
      state.pending += 1;
      begin(folding, frame, node, record);
    }
  }
}

/** A frame whose steps are decided gives its result to its container; the graph's own frame ends the run (see transition). */
function frameChanged(folding: Fold, frame: Frame): void {
  if (frame.undoes !== undefined) return undone(folding, frame);
  if (frame.container === null || frame.parent === null) return;
  const parent = folding.state.frames[frame.parent];
  const container = folding.plan.nodes.get(frame.container);
  const record = parent?.steps[frame.container];
  if (parent === undefined || container === undefined || record === undefined) return;
  if (container.behaviour === "each") {
    if (frame.open === 0) eachFrameEnded(folding, parent, container, record, frame);
  } else if (container.behaviour === "parallel" || container.behaviour === "try")
    parallelFrameChanged(folding, parent, container, record, frame);
  else if (frame.open === 0) loopFrameEnded(folding, parent, container, record, frame);
}

function applyRunEvent(folding: Fold, event: RunEvent): void {
  const { plan, state } = folding;
  switch (event.type) {
    case "run-queued":
      state.input = event.input;
      state.queuedAt = event.at;
      state.workflow = { id: event.workflowId, version: event.version };
      if (event.parent !== undefined) state.depth = event.parent.depth;
      if (event.callbackKey !== undefined) state.callbackKey = event.callbackKey;
      state.vars = Object.fromEntries(plan.file.variables.map((variable) => [variable.name, variable.default]));
      return;
    case "run-started":
      state.status = "running";
      state.deadline = event.at + plan.file.settings.timeoutMs;
      openFrame(folding, { id: "", container: null, parent: null, index: 0, item: null });
      return;
    case "run-paused":
      state.status = "paused";
      if (event.signal !== undefined) state.control = event.signal;
      return;
    case "run-resumed":
      state.status = "running";
      if (event.signal !== undefined) state.control = event.signal;
      return;
    case "run-changed":
      return applyChange(state, event);
    case "run-retried":
      state.status = "running";
      if (event.signal !== undefined) state.control = event.signal;
      state.deadline = event.at + plan.file.settings.timeoutMs;
      state.error = null;
      state.errorStep = null;
      state.failing = false;
      rewindRun(folding, event.from);
      return;
    case "run-completed":
      state.status = "completed";
      state.output = event.output;
      return;
    case "run-failed":
      stopSteps(folding);
      state.status = "failed";
      state.error = event.error;
      state.errorStep = event.step;
      return;
    case "run-cancelled":
      stopSteps(folding);
      state.status = "cancelled";
      return;
    default:
      return;
  }
}

/** What was under way when the run ended is cancelled, but stays undecided: a retry can take it up again. */
function stopSteps(folding: Fold): void {
  folding.stopping = true;
  for (const frame of Object.values(folding.state.frames)) {
    for (const [id, record] of Object.entries(frame.steps)) {
      const node = folding.plan.nodes.get(id);
      if (node === undefined || isStepEnded(record.status)) continue;
      record.cut = true;
      setStatus(folding, frame, node, record, "cancelled");
    }
  }
  folding.stopping = false;
}

function applyStepEvent(folding: Fold, event: RunEvent): void {
  if (event.type === "timer-fired") return timerFired(folding, event.key);
  if (event.type === "event-received") {
    const { id, name, key, payload } = event;
    return hear(folding, { id, name, key, payload });
  }
  if (event.type === "rollback-started") {
    stopSteps(folding);
    folding.state.error = event.error;
    folding.state.errorStep = event.step;
    return startRollback(folding);
  }
  if (!("step" in event) || event.step === null) return;
  const found = findStep(folding, event.step);
  if (found === null) return;
  const { frame, node, record } = found;
  switch (event.type) {
    case "step-scheduled":
      countArtifact(folding.state, event.input);
      record.attempt = event.attempt;
      record.claims = 0;
      record.scheduledSeq = event.seq;
      record.due = null;
      if (event.attempt === record.attemptBase + 1) record.since = event.at;
      return setStatus(folding, frame, node, record, "queued");
    case "step-started":
      record.claims = event.claim;
      return setStatus(folding, frame, node, record, "running");
    case "step-completed":
      return completed(folding, found, event);
    case "step-failed":
      record.attempt = event.attempt;
      addUsage(folding.state, event.usage);
      delete record.child;
      if (event.retryAt === null) return failStep(folding, frame, node, record, event.error);
      record.error = event.error;
      record.due = event.retryAt;
      return setStatus(folding, frame, node, record, "waiting");
    case "approval-requested":
      if (record.escalated !== true) record.attempt = 1;
      record.approvalId = event.approvalId;
      record.due = event.deadline;
      return setStatus(folding, frame, node, record, "waiting");
    case "approval-escalated":
      record.due = event.deadline;
      return setStatus(folding, frame, node, record, "waiting");
    case "approval-decided": {
      const { decision, comment, fields, by, expired } = event.decision;
      record.due = null;
      if (isAskingForMoney(folding.plan, record) && decision === "raise")
        return raiseBudget(folding, fields["amountUsd"]);
      if (record.escalated === true) return decideEscalation(folding, found, decision, fields["value"] ?? null);
      return endStep(folding, frame, node, record, "completed", [decision], {
        decision,
        comment,
        fields,
        by: by.label,
        expired,
        at: event.at,
      });
    }
    case "wait-started":
      record.attempt = 1;
      record.due = event.until;
      setStatus(folding, frame, node, record, "waiting");
      return event.event === undefined ? undefined : awaitEvent(folding, found, event.event);
    case "handlers-armed":
      return armHandlers(folding, frame, node, record, event);
    case "child-started":
      record.attempt = event.attempt;
      record.scheduledSeq = event.seq;
      record.child = event.childId;
      return setStatus(folding, frame, node, record, "waiting");
    case "loop-opened":
      return openLoop(folding, frame, node, record, event);
    case "loop-checked":
      return checkedLoop(folding, frame, node, record, event);
    case "loop-judged":
      return judgedLoop(folding, frame, node, record, event);
    default:
      return;
  }
}

export interface FoundStep {
  frame: Frame;
  node: PlanNode;
  record: Step;
}

/** The open step of that name; null when its frame is closed or it has not come up. */
export function findStep({ plan, state }: Pick<Fold, "plan" | "state">, step: string): FoundStep | null {
  const found = lookUp(state, step);
  const node = plan.nodes.get(stepParts(step).node);
  return found === undefined || node === undefined ? null : { ...found, node };
}

function completed(folding: Fold, { frame, node, record }: FoundStep, event: EventOf<"step-completed">): void {
  const { state } = folding;
  record.attempt = event.attempt;
  record.due = null;
  record.error = null;
  addUsage(state, event.usage);
  countArtifact(state, event.output);
  for (const [name, value] of Object.entries(event.vars ?? {})) {
    state.vars[name] = value;
    countArtifact(state, value);
  }
  if (node.behaviour === "output") state.output = event.output;
  if (node.behaviour === "break" || node.behaviour === "continue" || node.behaviour === "end")
    return endScope(folding, frame, node, record, event.output);
  if (event.append !== undefined || event.emitted !== undefined) tell(folding, frame, event);
  if (isStepEnded(record.status)) return; // what it told ended its own scope
  endStep(folding, frame, node, record, "completed", event.ports ?? node.defaultPorts, event.output);
}

function countArtifact(state: RunState, value: Json): void {
  if (isReference(value)) state.artifactBytes = (state.artifactBytes ?? 0) + artifactBytes(value);
}

function awaitEvent(
  folding: Fold,
  { frame, node, record }: FoundStep,
  event: { name: string; key: string | null },
): void {
  const listening = { handler: null, event: event.name, key: event.key, due: null, fired: false };
  listen(folding, record, [listening]);
  hearKept(folding, frame, node, record, listening);
}

/** What a person decided about a step that failed: try it again, go on without it, with a value, or let it fail. */
function decideEscalation(folding: Fold, { frame, node, record }: FoundStep, decision: string, value: Json): void {
  if (decision === "fail") return failStep(folding, frame, node, record, record.error ?? unknownError);
  record.escalated = false;
  record.approvalId = null;
  if (decision === "skip") return endStep(folding, frame, node, record, "failed", []);
  if (decision === "value") {
    record.error = null;
    return endStep(folding, frame, node, record, "completed", node.defaultPorts, value);
  }
  tryAgain(folding, { frame, node, record });
}

function tryAgain(folding: Fold, { frame, node, record }: FoundStep): void {
  record.escalated = false;
  record.approvalId = null;
  record.due = null;
  record.error = null;
  record.attemptBase = record.attempt;
  setStatus(folding, frame, node, record, "pending");
  begin(folding, frame, node, record);
}

/** The run may spend more: all steps that asked for it go on. */
function raiseBudget(folding: Fold, amount: Json | undefined): void {
  const { plan, state } = folding;
  state.raisedUsd = (state.raisedUsd ?? 0) + raiseBy(plan, amount);
  for (const frame of Object.values(state.frames)) {
    for (const [id, record] of Object.entries(frame.steps)) {
      const node = plan.nodes.get(id);
      if (node !== undefined && isAskingForMoney(plan, record)) tryAgain(folding, { frame, node, record });
    }
  }
}

const unknownError = { code: "STEP_UNCAUGHT", message: "The step failed.", retryable: false } as const;

function timerFired(folding: Fold, key: string): void {
  const [kind, step, index] = key.split(":");
  const found = step === undefined ? null : findStep(folding, step);
  if (found === null) return;
  const { frame, node, record } = found;
  if (kind === "on") {
    const listening = record.listening?.find((each) => each.handler === Number(index));
    if (listening === undefined || listening.due === null || listening.fired || isStepEnded(record.status)) return;
    return fire(folding, frame, node, record, listening, timePayload(listening.due));
  }
  if (record.status !== "waiting") return;
  const until = record.due;
  record.due = null;
  if (kind === "retry") setStatus(folding, frame, node, record, "pending");
  else if (kind === "wait") endStep(folding, frame, node, record, "completed", node.defaultPorts, { until } as Json);
}

function addUsage(state: RunState, usage: Usage[] | undefined): void {
  for (const each of usage ?? []) {
    state.costUsd += each.costUsd;
    state.inputTokens += each.inputTokens;
    state.outputTokens += each.outputTokens;
  }
}
