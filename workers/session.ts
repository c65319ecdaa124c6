import { randomUUID } from "node:crypto";
import { BatonError } from "../engine/errors.ts";
import type { ErrorRecord } from "../engine/errors.ts";
import type { Lease, MailEntry } from "../engine/ports/run-mailbox.ts";
import { apply, emptyState } from "../engine/run/fold.ts";
import type { RunEvent } from "../engine/run/event.ts";
import type { RunInput } from "../engine/run/input.ts";
import { outstanding, timerDue } from "../engine/run/outstanding.ts";
import type { RunState } from "../engine/run/state.ts";
import { isRunEnded } from "../engine/run/status.ts";
import { transition } from "../engine/run/transition.ts";
import type { Plan } from "../engine/workflow/plan.ts";
import { childRunId } from "./child-run.ts";
import { createCommitter } from "./commit.ts";
import type { Committer, CommitHooks } from "./commit.ts";
import { isAttemptWanted, openApprovals } from "./attempt.ts";
import { Outbox } from "./outbox.ts";
import type { RunIdentity } from "./plans.ts";
import type { WorkerPorts } from "./ports.ts";
import { brokenLimit, measureEvery } from "./run-limits.ts";
import { prepareSteps } from "../nodes/catalog/prepare-steps.ts";
import type { PrepareCommand } from "../nodes/catalog/prepare-steps.ts";
import { numbered } from "./signal-input.ts";
import type { Turnstile } from "./turnstile.ts";

/** A worker that stops renewing loses its runs after this; it is renewed about every second. */
export const leaseMs = 4_000;
/** How long a run may turn without letting others on. */
const sliceMs = 10;
/** Events that wait for the journal at most; beyond it turning waits too. */
const maxUnwritten = 2_000;
/** How long finished computing steps wait for more to go out with them, where the turn has to wait anyway. */
const coalesceMs = 15;
const pageSize = 5_000;

/** The engine or a node type threw: trying again gives the same. Distinct from a database that is away. */
export class TurnError extends Error {
  override name = "TurnError";
  readonly record: ErrorRecord;
  /** True when it is known that no later try can succeed. */
  readonly final: boolean;
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.final = cause instanceof BatonError && cause.code === "WORKFLOW_INVALID";
    this.record = this.final
      ? { code: "WORKFLOW_INVALID", message: this.message, retryable: false }
      : { code: "INTERNAL", message: "The run met an error inside Baton and was ended.", retryable: false };
  }
}

/**
 * One drainer's hold of one run: from taking the lease to letting it go. It turns everything that comes in, and appends in the
 * background: while one append is in flight turning goes on, and what is finished then goes out with the next.
 */
export class RunSession {
  readonly runId: string;
  readonly #ports: WorkerPorts;
  readonly #hooks: CommitHooks;
  readonly #turnstile: Turnstile;
  readonly #lease: Lease;
  #recover: boolean;
  #identity: RunIdentity | null = null;
  #plan: Plan | null = null;
  #state: RunState;
  #outbox: Outbox | null = null;
  #committer: Committer | null = null;
  #inbox: MailEntry[];
  /** Answers to `prepare`, turned before anything else. */
  #ready: RunInput[] = [];
  /** By step: the engine may ask twice for one that is still to be prepared. */
  #toPrepare = new Map<string, PrepareCommand>();
  #storedSeq: number | null;
  #measuredSeq = 0;
  #sliceEnd = 0;
  #lost = false;
  #leaving = false;
  renewedAt: number;

  constructor(ports: WorkerPorts, hooks: CommitHooks, turnstile: Turnstile, lease: Lease, recover: boolean) {
    this.runId = lease.runId;
    this.#ports = ports;
    this.#hooks = hooks;
    this.#turnstile = turnstile;
    this.#lease = lease;
    this.#recover = recover;
    this.#inbox = lease.entries;
    this.#state = lease.state ?? emptyState(lease.runId);
    this.#storedSeq = lease.state?.seq ?? null;
    this.renewedAt = performance.now();
  }

  get lease(): Lease {
    return this.#lease;
  }

  /** An entry from this very process: no need to go through the mailbox. */
  push(entry: MailEntry): void {
    this.#inbox.push(entry);
  }

  /** Entries which are not in the journal yet: what must go back when this session cannot go on. */
  unfinished(): MailEntry[] {
    const turned = [...(this.#committer?.unfinished() ?? []), ...(this.#outbox?.entries ?? [])];
    return [...turned.map(({ entry }) => entry), ...this.#inbox];
  }

  /** Drains the run. Gives the entries that came too late, after the lease was let go: the caller delivers them again. */
  async run(): Promise<MailEntry[]> {
    if (!(await this.#load())) {
      this.#dismiss();
      await this.#ports.mailbox.forget(this.runId);
      return [];
    }
    for (;;) {
      await this.#turnAll();
      if (this.#lost) return this.unfinished();
      if (this.#leaving && this.#hasWork()) return this.#handOver();
      const more = await this.#settle();
      if (more === null || more.length === 0) return this.#inbox;
      this.#inbox.unshift(...more);
    }
  }

  /** Stops turning at the next occasion, and leaves the rest of the run to another worker. */
  leave(): void {
    this.#leaving = true;
  }

  /** Prolongs the lease and picks up what came in. Called about every second for as long as the session lasts. */
  async renew(): Promise<void> {
    this.renewedAt = performance.now();
    const entries = await this.#ports.mailbox.take(this.#lease, leaseMs);
    if (entries === null) this.#lost = true;
    else this.#inbox.push(...entries);
  }

  /** Plan and state. False when there is no such run. */
  async #load(): Promise<boolean> {
    const fresh = this.#state.seq === 0;
    const [identity, events] = await Promise.all([
      this.#ports.plans.identity(this.runId),
      fresh || this.#recover ? this.#ports.journal.read(this.runId, this.#state.seq, pageSize) : [],
    ]);
    if (identity === null) return false;
    this.#identity = identity;
    try {
      this.#plan = await this.#ports.plans.plan(identity.workflowId, identity.version);
    } catch (error) {
      if (error instanceof BatonError) throw new TurnError(error);
      throw error;
    }
    await this.#catchUp(this.#plan, events);
    this.#begin(this.#plan, fresh || this.#recover);
    return true;
  }

  /** Folds in what the journal has beyond the state. */
  async #catchUp(plan: Plan, firstPage: RunEvent[]): Promise<void> {
    let page = firstPage;
    for (;;) {
      for (const event of page) this.#state = this.#try(() => apply(plan, this.#state, event));
      if (page.length < pageSize) return;
      page = await this.#ports.journal.read(this.runId, this.#state.seq, pageSize);
    }
  }

  #begin(plan: Plan, recovering: boolean): void {
    const identity = this.#identity;
    if (identity === null) throw new TypeError("A session begins after it knows its run.");
    this.#outbox = new Outbox(plan, this.#state);
    this.#committer = createCommitter(this.#ports, this.#hooks, identity);
    this.#ready = [];
    this.#toPrepare.clear();
    this.#measuredSeq = this.#state.seq;
    if (this.#state.status === "queued" && this.#state.seq > 0) this.#ready.push({ type: "start" });
    else if (recovering) this.#dispatchOwed(plan, this.#outbox);
    this.#recover = false;
  }

  /** What the run still owes. Timers and approvals have their rows since the append that asked for them. */
  #dispatchOwed(plan: Plan, outbox: Outbox): void {
    if (isRunEnded(this.#state.status)) return;
    for (const command of this.#try(() => outstanding(plan, this.#state))) {
      if (command.type === "prepare") this.#toPrepare.set(command.step, command);
      else if (command.type === "execute" || command.type === "start-child") outbox.addCommand(command);
      else if (command.type === "arm-timer") this.#hooks.armTimer(this.runId, command.key, command.due);
    }
  }

  /** Turns until nothing is left to turn and all of it is in the journal. */
  async #turnAll(): Promise<void> {
    this.#sliceEnd = performance.now() + sliceMs;
    while (!this.#lost) {
      const committer = this.#need(this.#committer);
      if (committer.refused()) {
        await this.#reload();
      } else if (this.#leaving) {
        if (!this.#flush() && committer.isIdle()) return;
        await committer.settled();
      } else if (this.#turnNext()) {
        if (performance.now() > this.#sliceEnd) await this.#yield();
      } else if (this.#toPrepare.size > 0) {
        await this.#prepare();
      } else if (!this.#flush()) {
        if (committer.isIdle()) return;
        await committer.settled();
      }
    }
    await this.#committer?.settled();
  }

  #turnNext(): boolean {
    const prepared = this.#ready.shift();
    if (prepared !== undefined) {
      this.#turn(prepared, null);
      return true;
    }
    const entry = this.#inbox.shift();
    if (entry === undefined) return false;
    this.#turn(numbered(entry), entry);
    return true;
  }

  #turn(input: RunInput, entry: MailEntry | null): void {
    const plan = this.#need(this.#plan);
    const outbox = this.#need(this.#outbox);
    try {
      const { state, events, commands } = this.#try(() =>
        transition(plan, this.#state, input, this.#ports.clock.now()),
      );
      this.#state = state;
      if (input.type === "timer")
        outbox.timerFired(input.key, events.length > 0 ? null : timerDue(plan, state, input.key));
      outbox.addEvents(events);
      for (const command of commands) {
        if (command.type === "prepare") this.#toPrepare.set(command.step, command);
        else outbox.addCommand(command);
      }
      // "Started" is a question: is this attempt still wanted? A repeated one changes nothing and is still to be answered yes.
      const applied = input.type === "started" ? isAttemptWanted(state, input) : events.length > 0;
      if (entry !== null) outbox.addEntry(entry, applied);
    } catch (error) {
      if (entry !== null) this.#inbox.unshift(entry);
      throw error;
    }
    this.#enforceLimits(plan);
  }

  async #prepare(): Promise<void> {
    const commands = [...this.#toPrepare.values()];
    this.#toPrepare.clear();
    const { clock, sandbox, contracts, log } = this.#ports;
    const context = {
      plan: this.#need(this.#plan),
      state: this.#state,
      now: clock.now(),
      sandbox,
      newId: randomUUID,
      newChildId: childRunId,
      contracts,
      log,
    };
    const answers = this.#try(() => prepareSteps(context, commands));
    if (Array.isArray(answers)) {
      this.#ready.push(...answers);
      return;
    }
    const outbox = this.#need(this.#outbox);
    if (outbox.isAwaited || outbox.ageMs() > coalesceMs) this.#flush();
    // Nothing is turned meanwhile: the expressions must see the state as it is.
    this.#ready.push(...(await answers));
  }

  /** Sends off what was turned, unless an append is in flight. False when there was nothing to send or it must wait. */
  #flush(): boolean {
    const outbox = this.#need(this.#outbox);
    const committer = this.#need(this.#committer);
    if (outbox.isEmpty || !committer.isFree()) return false;
    committer.commit(outbox.take(this.#state));
    return true;
  }

  async #yield(): Promise<void> {
    const outbox = this.#need(this.#outbox);
    if (outbox.isAwaited || outbox.ageMs() > coalesceMs) this.#flush();
    if (outbox.eventCount > maxUnwritten) await this.#need(this.#committer).settled();
    await this.#turnstile.pass();
    this.#sliceEnd = performance.now() + sliceMs;
  }

  /** Another drainer appended first. Everything not committed is dropped, and its entries are turned again on what is there. */
  async #reload(): Promise<void> {
    const committer = this.#need(this.#committer);
    if (committer.isMissing()) {
      this.#dismiss();
      this.#lost = true;
      return;
    }
    this.#inbox = this.unfinished();
    this.#committer = null;
    this.#outbox = null;
    if (!(await this.#ports.mailbox.renew(this.#lease, leaseMs))) {
      this.#lost = true;
      return;
    }
    this.#ports.log.debug(
      { runId: this.runId, seq: this.#state.seq },
      "another drainer was first; folding the journal",
    );
    this.#state = emptyState(this.runId);
    this.#storedSeq = -1;
    const plan = this.#need(this.#plan);
    await this.#catchUp(plan, await this.#ports.journal.read(this.runId, 0, pageSize));
    this.#begin(plan, true);
  }

  #hasWork(): boolean {
    return this.#inbox.length > 0 || this.#ready.length > 0 || this.#toPrepare.size > 0;
  }

  /** Without a hot state the next drainer folds the journal, and so finds what was still to be prepared. */
  async #handOver(): Promise<MailEntry[]> {
    const { mailbox, queue } = this.#ports;
    await this.#need(this.#committer).dispatched();
    const late = (await mailbox.take(this.#lease, leaseMs)) ?? [];
    await mailbox.forget(this.runId);
    await mailbox.post(this.runId, [...this.#inbox.splice(0), ...late]);
    await queue.wake(this.runId, this.#identity?.priority ?? 0, this.#identity?.orgId);
    return [];
  }

  async #settle(): Promise<MailEntry[] | null> {
    await this.#need(this.#committer).dispatched();
    const state = this.#state;
    const ended = isRunEnded(state.status);
    const write = ended ? this.#storedSeq !== null : state.seq !== this.#storedSeq;
    try {
      const more = await this.#ports.mailbox.settle(this.#lease, write ? state : null, leaseMs);
      this.renewedAt = performance.now();
      if (write) this.#storedSeq = ended ? null : state.seq;
      return more;
    } catch (error) {
      if (!(error instanceof BatonError) || error.code !== "STATE_TOO_LARGE") throw error;
      this.#fail({ code: error.code, message: error.message, retryable: false });
      return this.#inbox.splice(0).concat({ id: "limit", input: { type: "start" } });
    }
  }

  #enforceLimits(plan: Plan): void {
    const { seq } = this.#state;
    const measure = seq - this.#measuredSeq >= measureEvery;
    if (measure) this.#measuredSeq = seq;
    const broken = brokenLimit(plan, this.#state, measure);
    if (broken !== null) this.#fail(broken);
  }

  /** Ends the run from outside the graph, and calls off all that it still owed. */
  #fail(error: ErrorRecord): void {
    const plan = this.#need(this.#plan);
    const outbox = this.#need(this.#outbox);
    const owed = this.#try(() => [...outstanding(plan, this.#state), ...openApprovals(plan, this.#state)]);
    const event: RunEvent = {
      type: "run-failed",
      error,
      step: null,
      seq: this.#state.seq + 1,
      at: this.#ports.clock.now(),
    };
    this.#state = this.#try(() => apply(plan, this.#state, event));
    outbox.addEvents([event]);
    this.#ready = [];
    this.#toPrepare.clear();
    for (const command of owed) {
      if (command.type === "execute") outbox.addCommand({ type: "abort", steps: [command.step] });
      else if (command.type === "arm-timer") outbox.addCommand({ type: "disarm-timer", key: command.key });
      else if (command.type === "close-approval") outbox.addCommand(command);
    }
  }

  /** The run is gone: nobody is to wait for it. */
  #dismiss(): void {
    for (const entry of this.unfinished()) this.#hooks.acknowledge([{ entry, applied: false }]);
    this.#inbox = [];
    this.#outbox = null;
    this.#committer = null;
  }

  #try<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw new TurnError(error);
    }
  }

  #need<T>(part: T | null): T {
    if (part === null) throw new TypeError("A session turns after it has loaded its run.");
    return part;
  }
}
