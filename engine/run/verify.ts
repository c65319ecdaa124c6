import type { Plan } from "../workflow/plan.ts";
import { retryBounds } from "./backoff.ts";
import type { RunEvent } from "./event.ts";
import { apply, emptyState, findStep, type FoundStep } from "./fold.ts";
import type { RunState, Step } from "./state.ts";
import { isRunEnded, type RunStatus } from "./status.ts";

/** What a journal can break; each has one paragraph in docs/operations.md. */
export type JournalRule =
  | "gap"
  | "start"
  | "end"
  | "result"
  | "causality"
  | "attempts"
  | "concurrency"
  | "version"
  | "cost"
  | "row";

export interface Violation {
  rule: JournalRule;
  /** Number of the event that shows it; null when it is shown by the whole. */
  seq: number | null;
  message: string;
}

/** What stands about a run outside its journal, and must agree with it. */
export interface RunFacts {
  workflowId: string;
  version: number;
  status?: RunStatus;
  lastSeq?: number;
  costUsd?: number;
}

export interface VerifyOptions {
  /** Without a plan only what events say of each other is checked. */
  plan?: Plan | null;
  facts?: RunFacts | null;
  /** The run is over, so its journal must say how it ended. */
  ended?: boolean;
}

/** How far the clocks of those who write events may lie apart. */
const clockToleranceMs = 2_000;
const centTolerance = 1e-6;

/**
 * Proves from a journal alone that the run was turned as promised: no gap, one end and nothing after it, one accepted result an attempt,
 * nothing without a cause, attempts within the policy, one version, and sums that agree. Gives what is broken, in order; nothing is thrown.
 */
export function verifyJournal(runId: string, events: readonly RunEvent[], options: VerifyOptions = {}): Violation[] {
  const { plan = null, facts = null, ended = false } = options;
  const violations = [
    ...numbering(events),
    ...beginnings(events, facts),
    ...endings(events, ended),
    ...results(events),
  ];
  if (facts?.lastSeq !== undefined && facts.lastSeq !== events.length)
    violations.push(whole("row", `The run's row counts ${facts.lastSeq} events, the journal has ${events.length}.`));
  if (plan === null || violations.some(({ rule }) => rule === "gap")) return violations;
  return [...violations, ...new Retrace(plan, runId).walk(events, facts)];
}

function whole(rule: JournalRule, message: string): Violation {
  return { rule, seq: null, message };
}

function numbering(events: readonly RunEvent[]): Violation[] {
  const at = events.findIndex((event, index) => event.seq !== index + 1);
  const event = events[at];
  if (event === undefined) return [];
  return [{ rule: "gap", seq: event.seq, message: `Event ${event.seq} stands where ${at + 1} belongs.` }];
}

function beginnings(events: readonly RunEvent[], facts: RunFacts | null): Violation[] {
  const violations: Violation[] = [];
  const [first] = events;
  if (first?.type !== "run-queued") return [whole("start", "The journal does not begin with run-queued.")];
  for (const { type, seq } of events.slice(1)) {
    if (type === "run-queued") violations.push({ rule: "start", seq, message: "The run is queued a second time." });
  }
  if (facts !== null && (first.version !== facts.version || first.workflowId !== facts.workflowId)) {
    const message = `The run began on version ${first.version} and its row names version ${facts.version}.`;
    violations.push({ rule: "version", seq: 1, message });
  }
  return violations;
}

function isEnd(event: RunEvent): boolean {
  return event.type === "run-completed" || event.type === "run-failed" || event.type === "run-cancelled";
}

/** One end for each beginning: only a retry may stand after a failure, and nothing after anything else. */
function endings(events: readonly RunEvent[], ended: boolean): Violation[] {
  const violations: Violation[] = [];
  let over: RunEvent | null = null;
  for (const event of events) {
    if (over !== null && !(over.type === "run-failed" && event.type === "run-retried")) {
      const message = `${event.type} stands after the run's end (${over.type}, event ${over.seq}).`;
      violations.push({ rule: "end", seq: event.seq, message });
    }
    if (event.type === "run-retried") over = null;
    else if (isEnd(event)) over = event;
  }
  if (ended && over === null) violations.push(whole("end", "The run is over and its journal does not say how."));
  return violations;
}

/** At most one result for each attempt; a retry by hand that starts a container anew counts afresh inside it. */
function results(events: readonly RunEvent[]): Violation[] {
  const violations: Violation[] = [];
  const seen = new Map<string, number>();
  let epoch = 0;
  for (const event of events) {
    if (event.type === "run-retried") epoch += 1;
    if (event.type !== "step-completed" && event.type !== "step-failed") continue;
    const key = `${epoch}/${event.step}#${event.attempt}`;
    const before = seen.get(key);
    if (before !== undefined) {
      const message = `Attempt ${event.attempt} of ${event.step} has a second result; event ${before} was its first.`;
      violations.push({ rule: "result", seq: event.seq, message });
    }
    seen.set(key, event.seq);
  }
  return violations;
}

/** Folds the journal once more and looks at each event from the state it met. */
class Retrace {
  readonly #plan: Plan;
  readonly #violations: Violation[] = [];
  #state: RunState;
  #cost = 0;
  /** By step: attempts that an open breaker refused and that were made again, beyond what the policy allows. */
  readonly #refused = new Map<string, number>();

  constructor(plan: Plan, runId: string) {
    this.#plan = plan;
    this.#state = emptyState(runId);
  }

  walk(events: readonly RunEvent[], facts: RunFacts | null): Violation[] {
    for (const event of events) {
      this.#judge(event);
      if ("usage" in event) for (const { costUsd } of event.usage ?? []) this.#cost += costUsd;
      this.#state = apply(this.#plan, this.#state, event);
      this.#withinLimits(event);
    }
    this.#agree(facts);
    return this.#violations;
  }

  #report(rule: JournalRule, event: RunEvent, message: string): void {
    this.#violations.push({ rule, seq: event.seq, message });
  }

  #judge(event: RunEvent): void {
    if (!("step" in event) || event.step === null || isEnd(event)) {
      if (event.type === "timer-fired") this.#judgeTimer(event);
      return;
    }
    const found = findStep({ plan: this.#plan, state: this.#state }, event.step);
    if (found === null) {
      this.#report("causality", event, `${event.type} of ${event.step}, whose turn it was not: nothing led to it.`);
      return;
    }
    if (!this.#wasReached(found)) {
      this.#report("causality", event, `${event.type} of ${event.step}, to which no taken edge leads.`);
    }
    const wanted = expected(event);
    if (wanted !== null && !wanted.includes(found.record.status)) {
      this.#report("causality", event, `${event.type} of ${event.step} while it was ${found.record.status}.`);
    }
    this.#judgeAttempt(event, found);
  }

  #wasReached({ frame, node }: FoundStep): boolean {
    return node.incoming.length === 0 || node.incoming.some((edge) => frame.edges[edge.id] === "taken");
  }

  #judgeTimer(event: Extract<RunEvent, { type: "timer-fired" }>): void {
    const [kind, step = ""] = event.key.split(":");
    if (kind !== "retry" && kind !== "wait") return;
    const found = findStep({ plan: this.#plan, state: this.#state }, step);
    if (found === null || found.record.status !== "waiting") {
      this.#report("causality", event, `The timer ${event.key} fired and nothing waited for it.`);
    } else if (found.record.due !== null && event.at + clockToleranceMs < found.record.due) {
      this.#report("causality", event, `The timer ${event.key} fired ${found.record.due - event.at} ms early.`);
    }
  }

  #judgeAttempt(event: RunEvent, { node, record }: FoundStep): void {
    if (!("attempt" in event)) return;
    const { step, attempt } = event;
    if (!fits(attempt, record, node.behaviour === "loop")) {
      this.#report("attempts", event, `Attempt ${attempt} of ${step} follows attempt ${record.attempt}.`);
    }
    const most = node.retry.maxAttempts + (this.#refused.get(step) ?? 0);
    if (attempt - record.attemptBase > most) {
      this.#report("attempts", event, `Attempt ${attempt - record.attemptBase} of ${step}, which may make ${most}.`);
    }
    if (event.type !== "step-failed" || event.retryAt === null) return;
    if (event.error.code === "CIRCUIT_OPEN") this.#refused.set(step, (this.#refused.get(step) ?? 0) + 1);
    const bounds = retryBounds(node.retry, attempt - record.attemptBase, event.error);
    const delay = event.retryAt - event.at;
    if (bounds === null)
      this.#report("attempts", event, `${step} is tried again after an error that allows it no more.`);
    else if (delay < bounds.least - 1 || delay > bounds.most + 1) {
      const allowed = `${bounds.least} to ${bounds.most} ms`;
      this.#report("attempts", event, `${step} is tried again after ${delay} ms; its policy says ${allowed}.`);
    }
  }

  #withinLimits(event: RunEvent): void {
    const most = this.#plan.file.settings.maxConcurrency;
    if (event.type === "step-scheduled" && this.#state.working > most)
      this.#report("concurrency", event, `${this.#state.working} steps work at once; the run allows ${most}.`);
  }

  #agree(facts: RunFacts | null): void {
    const state = this.#state;
    const add = (rule: JournalRule, message: string): void => void this.#violations.push(whole(rule, message));
    if (Math.abs(state.costUsd - this.#cost) > centTolerance)
      add("cost", `The events cost ${this.#cost} US dollars, the state says ${state.costUsd}.`);
    if (isRunEnded(state.status) && state.working + state.pending !== 0)
      add("end", `The run is over and ${state.working + state.pending} steps are still under way.`);
    if (facts?.costUsd !== undefined && Math.abs(state.costUsd - facts.costUsd) > centTolerance)
      add("cost", `The events cost ${state.costUsd} US dollars, the run's row says ${facts.costUsd}.`);
    if (facts?.status !== undefined && facts.status !== state.status)
      add("row", `The journal says the run is ${state.status}, its row says ${facts.status}.`);
  }
}

/** In which state a step must be for this to happen to it; null where the event says nothing about that. */
function expected(event: RunEvent): string[] | null {
  switch (event.type) {
    case "step-scheduled":
    case "wait-started":
    case "loop-opened":
    case "loop-checked":
    case "loop-judged":
    case "child-started":
    case "handlers-armed":
      return ["pending"];
    case "step-started":
      return ["queued", "running"];
    case "step-completed":
    case "step-failed":
      // A sub-workflow's step waits for the end of its run.
      return ["pending", "queued", "running", "waiting"];
    case "approval-decided":
    case "approval-escalated":
      return ["waiting"];
    default:
      return null;
  }
}

/** A step that comes up begins its next attempt; one under way speaks of the one it is in. */
function fits(attempt: number, record: Step, isLoop: boolean): boolean {
  if (record.status !== "pending") return attempt === record.attempt;
  return attempt === record.attempt + 1 || (isLoop && attempt === record.attempt);
}
