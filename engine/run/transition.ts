import { fileLimits } from "../workflow/file.ts";
import type { Plan } from "../workflow/plan.ts";
import type { EventBody, RunEvent } from "./event.ts";
import { changeEvents, controlEvent, isOvertaken, numberOf, retryTarget } from "./control.ts";
import { apply, findStep, type FoundStep } from "./fold.ts";
import { isHeard } from "./handlers.ts";
import type { Prepared, RunCommand, RunInput } from "./input.ts";
import { answeredBeside, askingForMoney } from "./budget.ts";
import {
  appendFault,
  attemptBounds,
  boundReached,
  childResult,
  computedEvent,
  granted,
  loopOpened,
  nextAttempt,
  optionOf,
  startedEvent,
  tooDeep,
} from "./outcome.ts";
import { disarmCommand, handlerTimers, isEffectNow, isPending, pendingSteps, prepareCommand } from "./pending.ts";
import { canRollBack, isRollingBack } from "./rollback.ts";
import type { RunState } from "./state.ts";
import type { NamedStep } from "./step.ts";
import { isRunEnded, isStepEnded } from "./status.ts";
import { withArtifacts, type KeepArtifact } from "./artifact.ts";

/** How far the clocks of workers and store may lie apart. */
const clockToleranceMs = 2_000;

export interface Turn {
  state: RunState;
  events: RunEvent[];
  commands: RunCommand[];
}

/**
 * One turn of a run: what happened in the world goes in; events for the journal and commands for the world come out. Pure: no clock, no
 * randomness, no IO. The state given is consumed; use the one returned. All events of one turn belong into one append.
 * An input that no longer applies (late, repeated, for another attempt) gives nothing.
 * @param keep what becomes of values that are too large to travel inline; without it they do
 */
export function transition(plan: Plan, state: RunState, input: RunInput, now: number, keep?: KeepArtifact): Turn {
  const turn = new Turning(plan, state, now, keep);
  turn.take(input);
  turn.settle();
  return { state: turn.state, events: turn.events, commands: turn.commands };
}

class Turning {
  readonly events: RunEvent[] = [];
  readonly commands: RunCommand[] = [];
  state: RunState;
  private readonly plan: Plan;
  private readonly now: number;
  private readonly keep: KeepArtifact | undefined;
  /** Steps that came up or were let go in this turn, by name. */
  private readonly touched = new Map<string, NamedStep>();
  private readonly aborted: string[] = [];
  private readonly workingBefore: number;
  /** True when effects that waited for a place may find one now. */
  private placeFree = false;

  constructor(plan: Plan, state: RunState, now: number, keep?: KeepArtifact) {
    this.plan = plan;
    this.state = state;
    this.now = now;
    this.keep = keep;
    this.workingBefore = state.working;
  }

  private emit(body: EventBody): RunEvent {
    const kept = this.keep === undefined ? body : withArtifacts(body, this.keep);
    const event: RunEvent = { ...kept, seq: this.state.seq + 1, at: this.now };
    this.state = apply(this.plan, this.state, event, (change) => this.observe(change));
    this.events.push(event);
    return event;
  }

  private observe(change: NamedStep): void {
    const { step, node, record } = change;
    if (record.status === "cancelled") {
      this.placeFree ||= node.behaviour === "effect"; // one that was being prepared leaves its place to another
      if (node.behaviour === "effect" && record.attempt > 0) this.aborted.push(step);
      if (record.due !== null) this.commands.push(disarmCommand(step, node, record));
      if (record.child !== undefined) this.commands.push({ type: "cancel-child", step, childId: record.child });
    }
    if (record.listening !== undefined && isStepEnded(record.status)) {
      for (const { handler, due, fired } of record.listening)
        if (due !== null && !fired) this.commands.push({ type: "disarm-timer", key: `on:${step}:${handler}` });
    }
    this.touched.set(step, change);
  }

  take(input: RunInput): void {
    const ended = isRunEnded(this.state.status);
    switch (input.type) {
      case "start":
        if (this.state.status !== "queued" || this.state.seq === 0) return;
        this.emit({ type: "run-started" });
        this.commands.push({
          type: "arm-timer",
          key: "run-timeout",
          due: this.now + this.plan.file.settings.timeoutMs,
        });
        return;
      case "cancel":
        return void (ended || this.emit({ type: "run-cancelled", by: input.by, reason: input.reason }));
      case "pause":
      case "resume": {
        const event = controlEvent(this.state, input);
        if (event === null) return;
        this.placeFree ||= this.state.status === "paused";
        this.emit(event);
        return this.placeFree ? this.prepareAll() : undefined;
      }
      case "retry":
        return this.retry(input);
      case "event-received": {
        const { id, name, key, payload } = input;
        if (ended || this.state.status === "queued" || !isHeard(this.plan, this.state, { id, name, key, payload }))
          return;
        this.emit({ type: "event-received", id, name, key, payload });
        return;
      }
      case "change":
        return ended ? undefined : changeEvents(this.plan, this.state, input).forEach((body) => this.emit(body));
      case "timer":
        return ended ? undefined : this.timer(input.key);
      default:
        return ended ? undefined : this.takeStep(input);
    }
  }

  private retry(input: Extract<RunInput, { type: "retry" }>): void {
    // What was undone is not there to go on from.
    if (this.state.status !== "failed" || this.state.rollback !== undefined || isOvertaken(this.state, input)) return;
    const from = input.from === null ? null : retryTarget(this.state, input.from);
    if (input.from !== null && from === null) return;
    this.emit({ type: "run-retried", by: input.by, from: from === null ? [] : [from], ...numberOf(input) });
    this.commands.push({ type: "arm-timer", key: "run-timeout", due: this.state.deadline });
    this.commands.push(...handlerTimers(this.state));
  }

  private timer(key: string): void {
    if (key === "run-timeout") {
      // A timer armed before a retry is none of this limit. The store fires it again while it stands there.
      if (this.now + clockToleranceMs < this.state.deadline) return;
      const limit = this.plan.file.settings.timeoutMs;
      const message = `The run took longer than its limit of ${Math.round(limit / 1000)} s.`;
      if (this.state.rollback !== undefined) return;
      const error = { code: "RUN_TIMEOUT" as const, message, retryable: false };
      if (canRollBack(this.plan, this.state)) this.emit({ type: "rollback-started", error, step: null });
      else this.emit({ type: "run-failed", error, step: null });
      return;
    }
    const [kind, step, attempt] = key.split(":");
    const found = findStep({ plan: this.plan, state: this.state }, step ?? "");
    if (kind === "on") {
      const listening = found?.record.listening?.find((each) => each.handler === Number(attempt));
      if (listening !== undefined && listening.due !== null && !listening.fired)
        this.emit({ type: "timer-fired", key });
      return;
    }
    if (found === null || found.record.status !== "waiting" || found.record.due === null) return;
    if (kind === "retry" && String(found.record.attempt) !== attempt) return;
    this.emit({ type: "timer-fired", key });
  }

  private takeStep(input: Extract<RunInput, { step: string }>): void {
    const found = findStep({ plan: this.plan, state: this.state }, input.step);
    if (found === null) return;
    const { node, record } = found;
    const working = record.status === "queued" || record.status === "running";
    switch (input.type) {
      case "prepared":
        if (record.status !== "pending" || record.blocked === true || input.attempt !== record.attempt + 1) return;
        if (this.arm(input, found)) this.prepared(input.step, found, input.prepared);
        return;
      case "started":
        if (working && input.attempt === record.attempt && node.behaviour === "effect") this.emit(startedEvent(input));
        return;
      case "succeeded":
        if (!working || input.attempt !== record.attempt || node.behaviour !== "effect") return;
        this.emit({
          type: "step-completed",
          step: input.step,
          attempt: input.attempt,
          ...granted(node, input.outcome),
        });
        return;
      case "child-ended":
        if (record.status === "waiting" && record.child === input.childId) this.childEnded(input, found);
        return;
      case "failed":
        if (
          input.attempt === (working ? record.attempt : record.attempt + 1) &&
          (working || record.status === "pending")
        )
          this.failed(input, found);
        return;
      case "escalated":
        if (record.status !== "waiting" || record.approvalId !== input.approvalId) return;
        this.emit({
          type: "approval-escalated",
          step: input.step,
          approvalId: input.approvalId,
          deadline: input.deadline,
        });
        return;
      case "decided":
        if (record.status !== "waiting" || record.approvalId !== input.decision.approvalId) return;
        this.decided(input, found);
        return;
    }
  }

  private decided(input: Extract<RunInput, { type: "decided" }>, { node, record }: FoundStep): void {
    const { step, decision } = input;
    const before = askingForMoney(this.plan, this.state);
    const option = optionOf(this.plan, node, record, decision.decision);
    this.emit({ type: "approval-decided", step, decision: { ...decision, decision: option } });
    this.commands.push(...answeredBeside(before, askingForMoney(this.plan, this.state), step));
  }

  /** A step that listens does so from its begin. False when an event that was kept for it ended it at once. */
  private arm(input: Extract<RunInput, { type: "prepared" }>, { node, record }: FoundStep): boolean {
    if (input.handlers === undefined || node.handlers.length === 0 || record.listening !== undefined) return true;
    if (record.escalated === true || this.state.status === "paused") return true;
    if (input.prepared.kind === "effect" && this.state.working >= this.plan.file.settings.maxConcurrency) return true;
    const handlers = input.handlers.map(({ key, afterMs }) => ({
      key,
      due: afterMs === null ? null : this.now + afterMs,
    }));
    this.emit({ type: "handlers-armed", step: input.step, handlers });
    handlers.forEach(({ due }, index) => {
      if (due !== null) this.commands.push({ type: "arm-timer", key: `on:${input.step}:${index}`, due });
    });
    return record.status === "pending";
  }

  private childEnded(input: Extract<RunInput, { type: "child-ended" }>, found: FoundStep): void {
    const { step } = input;
    const { attempt } = found.record;
    const result = childResult(input);
    if ("error" in result) this.failed({ type: "failed", step, attempt, ...result }, found);
    else this.emit({ type: "step-completed", step, attempt, ...granted(found.node, result) });
  }

  private prepared(step: string, { node, record }: FoundStep, prepared: Prepared): void {
    if (this.state.status === "paused") return;
    const attempt = record.attempt + 1;
    switch (prepared.kind) {
      case "computed": {
        const fault = appendFault(this.plan, this.state, step, prepared.outcome);
        if (fault !== null) {
          this.emit({ type: "step-failed", step, attempt, error: fault, retryAt: null });
          return;
        }
        this.emit(computedEvent(step, attempt, prepared));
        return;
      }
      case "effect": {
        if (this.state.working >= this.plan.file.settings.maxConcurrency) return;
        const event = this.emit({
          type: "step-scheduled",
          step,
          attempt,
          input: record.override ?? prepared.input,
          ...attemptBounds(this.state, node, record, this.now),
        });
        this.commands.push({ type: "execute", step, node: node.id, attempt, seq: event.seq, priority: node.rank });
        return;
      }
      case "approval": {
        const { approvalId, request } = prepared;
        const deadline = this.now + request.deadlineMs;
        this.emit({ type: "approval-requested", step, approvalId, request, deadline });
        this.commands.push({ type: "open-approval", step, node: node.id, approvalId, request, deadline });
        return;
      }
      case "wait": {
        const { until, event } = prepared;
        this.emit({ type: "wait-started", step, until, ...(event === undefined ? {} : { event }) });
        if (until !== null) this.commands.push({ type: "arm-timer", key: `wait:${step}`, due: until });
        return;
      }
      case "call":
        this.call(step, attempt, prepared);
        return;
      case "open":
        return;
      case "loop":
        this.emit(loopOpened(step, prepared));
        return;
      case "loop-judge":
        // An iteration that ended meanwhile asked anew.
        if (record.loop?.judging === prepared.index)
          this.emit({ type: "loop-judged", step, index: prepared.index, holds: prepared.holds });
        return;
      case "loop-check": {
        const error = prepared.holds ? boundReached(node, prepared.index) : null;
        if (error !== null) {
          this.emit({ type: "step-failed", step, attempt: record.attempt, error, retryAt: null });
          return;
        }
        this.emit({ type: "loop-checked", step, index: prepared.index, holds: prepared.holds });
        return;
      }
    }
  }

  private call(step: string, attempt: number, prepared: Extract<Prepared, { kind: "call" }>): void {
    const { childId, workflowId, version, input } = prepared;
    const depth = (this.state.depth ?? 0) + 1;
    if (depth > fileLimits.subWorkflowDepth) {
      this.emit({ type: "step-failed", step, attempt, error: tooDeep(), retryAt: null });
      return;
    }
    const event = this.emit({ type: "child-started", step, attempt, childId, workflowId, version, depth, input });
    this.commands.push({ type: "start-child", step, childId, seq: event.seq });
  }

  private failed(input: Extract<RunInput, { type: "failed" }>, { node, record }: FoundStep): void {
    const { step, attempt, usage, logs } = input;
    const { retryAt, error } = nextAttempt(this.state.runId, node, record, input, this.now);
    this.emit({
      type: "step-failed",
      step,
      attempt,
      error,
      retryAt,
      ...(usage === undefined ? {} : { usage }),
      ...(logs === undefined ? {} : { logs }),
    });
    if (retryAt !== null) this.commands.push({ type: "arm-timer", key: `retry:${step}:${attempt}`, due: retryAt });
  }

  /** Ends the run when it is decided, and asks for what came up. */
  settle(): void {
    if (this.events.length === 0) return;
    this.endRun();
    if (this.aborted.length > 0) this.commands.push({ type: "abort", steps: [...new Set(this.aborted)] });
    if (isRunEnded(this.state.status)) {
      this.commands.push({ type: "disarm-timer", key: "run-timeout" });
      return;
    }
    if (this.state.status === "paused" || this.state.pending === 0) return;
    this.prepareTouched();
    if (this.state.pending > 0 && this.state.working < this.plan.file.settings.maxConcurrency) this.prepareEffects();
  }

  private endRun(): void {
    const { state, plan } = this;
    if (isRunEnded(state.status) || state.status === "queued") return;
    const stop = state.error !== null && plan.file.settings.onFailure !== "finishOthers";
    const over = state.frames[""]?.open === 0;
    if (!stop && !over) return;
    if (state.error !== null && canRollBack(this.plan, this.state)) {
      this.emit({ type: "rollback-started", error: state.error, step: state.errorStep });
    }
    if (isRollingBack({ state: this.state })) return;
    if (state.error !== null) this.emit({ type: "run-failed", error: state.error, step: state.errorStep });
    else this.emit({ type: "run-completed", output: state.output });
  }

  private prepareTouched(): void {
    for (const each of this.touched.values()) {
      const { step, node, record } = each;
      if (isPending(record) && !isEffectNow(node, record) && this.isOpen(each))
        this.commands.push(prepareCommand(step, node, record));
    }
  }

  private isOpen({ frame, node, record }: NamedStep): boolean {
    return this.state.frames[frame.id] === frame && frame.steps[node.id] === record;
  }

  /**
   * Effects, up to the run's limit, those on the longest way first. All that wait are looked through only when a slot came free:
   * otherwise what came up in this turn is all that can be new.
   */
  private prepareEffects(): void {
    const free = this.plan.file.settings.maxConcurrency - this.state.working;
    const freed = this.state.working < this.workingBefore || this.placeFree;
    const effects: NamedStep[] = [];
    for (const each of freed ? pendingSteps(this.plan, this.state) : this.touched.values())
      if (isPending(each.record) && isEffectNow(each.node, each.record) && this.isOpen(each)) effects.push(each);
    effects.sort((a, b) => b.node.rank - a.node.rank);
    for (const { step, node, record } of effects.slice(0, free)) this.commands.push(prepareCommand(step, node, record));
  }

  private prepareAll(): void {
    for (const { step, node, record } of pendingSteps(this.plan, this.state))
      if (!isEffectNow(node, record)) this.commands.push(prepareCommand(step, node, record));
  }
}
