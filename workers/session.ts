import { BatonError } from "../engine/errors.ts";
import type { ErrorRecord } from "../engine/errors.ts";
import type { Artifact } from "../engine/ports/run-journal.ts";
import type { Lease, LeaseState, MailEntry } from "../engine/ports/run-mailbox.ts";
import { apply, emptyState } from "../engine/run/fold.ts";
import type { RunEvent } from "../engine/run/event.ts";
import type { RunCommand, RunInput } from "../engine/run/input.ts";
import { outstanding, timerDue } from "../engine/run/outstanding.ts";
import type { RunState } from "../engine/run/state.ts";
import { isRunEnded } from "../engine/run/status.ts";
import { transition } from "../engine/run/transition.ts";
import type { Plan } from "../engine/workflow/plan.ts";
import { createCommitter } from "./commit.ts";
import type { Committer, CommitHooks } from "./commit.ts";
import { calledOff, isAttemptBegun, isAttemptWanted } from "./attempt.ts";
import { Inbox } from "./inbox.ts";
import { loadRun, type LoadedRun } from "./load-run.ts";
import { Outbox } from "./outbox.ts";
import type { RunIdentity } from "./plans.ts";
import type { WorkerPorts } from "./ports.ts";
import { Preparation } from "./preparation.ts";
import { brokenLimit, measureEvery, measureHeld } from "./run-limits.ts";
import { numbered } from "./signal-input.ts";
import { coalesceMs, holdMs, leaseMs, maxUnwritten, sliceMs } from "./session-bounds.ts";
import { StepsInFlight } from "./steps-in-flight.ts";
import { turning } from "./turn-error.ts";
import type { Turnstile } from "./turnstile.ts";

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
  readonly #inbox: Inbox;
  readonly #inFlight = new StepsInFlight();
  readonly #turned = Promise.withResolvers<void>();
  /** Answers to `prepare`, turned before anything else. */
  #ready: RunInput[] = [];
  readonly #preparation: Preparation;
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
    this.#preparation = new Preparation(ports, hooks.artifacts);
    this.#lease = lease;
    this.#recover = recover;
    this.#inbox = new Inbox(lease.entries);
    this.#state = lease.state ?? emptyState(lease.runId);
    this.#storedSeq = lease.state?.seq ?? null;
    this.renewedAt = performance.now();
  }

  get lease(): Lease {
    return this.#lease;
  }

  /** True while the run is only kept for what its steps may give. */
  get isWaiting(): boolean {
    return this.#inbox.isWaitedFor;
  }

  /** Resolves when the run was turned as far as it went for the first time; it may be kept for longer. */
  get turned(): Promise<void> {
    return this.#turned.promise;
  }

  /** An entry from this very process: no need to go through the mailbox. */
  push(entry: MailEntry): void {
    this.#inbox.push(entry);
  }

  /** Entries which are not in the journal yet: what must go back when this session cannot go on. */
  unfinished(): MailEntry[] {
    const turned = [...(this.#committer?.unfinished() ?? []), ...(this.#outbox?.entries ?? [])];
    return [...turned.map(({ entry }) => entry), ...this.#inbox.entries];
  }

  /**
   * Drains the run. Gives the entries that came too late, after the lease was let go, and any that come still: the caller
   * delivers them again.
   */
  async run(): Promise<readonly MailEntry[]> {
    if (!(await this.#load())) {
      this.#dismiss();
      await this.#ports.mailbox.forget(this.runId);
      return this.#inbox.entries;
    }
    for (;;) {
      await this.#ports.tracer.span("turn", { runId: this.runId }, () => this.#turnAll());
      if (this.#lost) {
        this.#inbox.fill(this.unfinished());
        return this.#inbox.entries;
      }
      if (this.#leaving && this.#hasWork()) return this.#handOver();
      if (await this.#holdOn()) continue;
      const more = await this.#settle();
      if (more === null || more.length === 0) return this.#inbox.entries;
      this.#inbox.unshift(...more);
    }
  }

  /** Stops turning at the next occasion, and leaves the rest of the run to another worker. */
  leave(): void {
    this.#leaving = true;
    this.#inbox.interrupt();
  }

  /** Picks up what came in through the mailbox. `recover` also hands over again what the run owes. False when the lease was lost. */
  async lookAgain({ recover }: { recover: boolean }): Promise<boolean> {
    if (recover) this.#recover = true;
    const entries = await this.#ports.mailbox.take(this.#lease, leaseMs);
    this.renewedAt = performance.now();
    if (entries === null) this.#lost = true;
    else this.#inbox.push(...entries);
    this.#inbox.interrupt();
    return entries !== null;
  }

  /** Called about every second for as long as the session lasts: what became of its lease. */
  async renewed(state: LeaseState): Promise<void> {
    this.renewedAt = performance.now();
    if (state === "lost") {
      this.#lost = true;
      this.#inbox.interrupt();
    } else if (state === "mail") await this.lookAgain({ recover: false });
  }

  /**
   * Keeps the run while its steps are expected to give something soon: a step that starts and ends meanwhile costs the mailbox
   * nothing. True when there is something to turn.
   */
  async #holdOn(): Promise<boolean> {
    this.#turned.resolve();
    const called = (): boolean => this.#lost || this.#recover || this.#hasWork();
    if (called()) return true;
    if (this.#leaving || this.#inFlight.isEmpty || isRunEnded(this.#state.status)) return false;
    // Letting go would have measured the state.
    this.#enforceLimits(measureHeld(this.#state.seq));
    if (!this.#need(this.#outbox).isEmpty) return true;
    // Steps that are carried here stand in no queue: letting the run go would hand them out a second time.
    do await this.#inbox.wait(holdMs);
    while (!called() && !this.#leaving && this.#hooks.carried.holds(this.runId));
    return called();
  }

  /** Plan and state. False when there is no such run. */
  async #load(): Promise<boolean> {
    const fold = this.#state.seq === 0 || this.#recover;
    const loaded = await loadRun(this.#ports, this.#state, fold);
    if (loaded !== null) this.#begin(loaded, fold);
    return loaded !== null;
  }

  #begin({ identity, plan, state }: LoadedRun, recovering: boolean): void {
    this.#identity = identity;
    this.#plan = plan;
    this.#state = state;
    this.#outbox = new Outbox(plan, this.#state);
    this.#committer = createCommitter(this.#ports, this.#hooks, identity);
    this.#ready = [];
    this.#preparation.clear();
    this.#measuredSeq = this.#state.seq;
    if (this.#state.status === "queued" && this.#state.seq > 0) this.#ready.push({ type: "start" });
    else if (recovering) this.#dispatchOwed();
    // Who was asked to meanwhile, and did not, does it before the first turn.
    if (recovering) this.#recover = false;
  }

  /** What the run still owes. Timers and approvals have their rows since the append that asked for them. */
  #dispatchOwed(): void {
    if (isRunEnded(this.#state.status)) return;
    const plan = this.#need(this.#plan);
    for (const command of turning(() => outstanding(plan, this.#state))) {
      if (command.type === "prepare" || command.type === "execute" || command.type === "start-child")
        this.#command(command, true);
      else if (command.type === "arm-timer") this.#hooks.armTimer(this.runId, command.key, command.due);
    }
  }

  /** Turns until nothing is left to turn and all of it is in the journal. */
  async #turnAll(): Promise<void> {
    this.#sliceEnd = performance.now() + sliceMs;
    if (this.#recover) {
      this.#recover = false;
      this.#dispatchOwed();
    }
    while (!this.#lost) {
      const committer = this.#need(this.#committer);
      if (committer.refused()) {
        await this.#reload();
      } else if (this.#leaving) {
        if (!this.#flush() && committer.isIdle()) return;
        await committer.settled();
      } else if (this.#turnNext()) {
        if (performance.now() > this.#sliceEnd) await this.#yield();
      } else if (!this.#preparation.isEmpty) {
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
    if (entry !== null && this.#hooks.carried.refuses(this.runId, input, this.#ports.worker)) {
      this.#need(this.#outbox).addEntry(entry, false);
      return;
    }
    const plan = this.#need(this.#plan);
    const outbox = this.#need(this.#outbox);
    if (input.type === "started" && entry !== null) this.#hooks.begun(entry.id, isAttemptBegun(this.#state, input));
    try {
      const { state, events, commands } = turning(() =>
        transition(plan, this.#state, input, this.#ports.clock.now(), outbox.keep),
      );
      this.#state = state;
      if (input.type === "timer")
        outbox.timerFired(input.key, events.length > 0 ? null : timerDue(plan, state, input.key));
      outbox.addEvents(events);
      for (const command of commands) this.#command(command);
      // "Started" is a question: is this attempt still wanted? A repeated one changes nothing and is still to be answered yes.
      const applied = input.type === "started" ? isAttemptWanted(state, input) : events.length > 0;
      this.#inFlight.turned(input, applied);
      if (entry !== null) outbox.addEntry(entry, applied);
    } catch (error) {
      if (entry !== null) this.#inbox.unshift(entry);
      throw error;
    }
    this.#enforceLimits(measureEvery);
  }

  #command(command: RunCommand, owed = false): void {
    if (command.type === "prepare") {
      this.#preparation.add(command);
      return;
    }
    this.#inFlight.commanded(command);
    this.#need(this.#outbox).addCommand(command, owed);
  }

  async #prepare(): Promise<void> {
    const outbox = this.#need(this.#outbox);
    const unwritten = (): Artifact[] => [...this.#need(this.#committer).artifacts(), ...outbox.artifacts];
    const answers = this.#preparation.answer(this.#need(this.#plan), this.#state, unwritten);
    if (Array.isArray(answers)) {
      this.#ready.push(...answers);
      return;
    }
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
    this.#inbox.fill(this.unfinished());
    this.#inFlight.clear();
    this.#committer = null;
    this.#outbox = null;
    if (!(await this.lookAgain({ recover: false }))) return;
    this.#ports.log.debug(
      { runId: this.runId, seq: this.#state.seq },
      "another drainer was first; folding the journal",
    );
    this.#storedSeq = -1;
    await this.#ports.mailbox.forgetState(this.runId);
    const loaded = await loadRun(this.#ports, emptyState(this.runId), true);
    if (loaded === null) this.#lost = true;
    else this.#begin(loaded, true);
  }

  #hasWork(): boolean {
    return this.#inbox.entries.length > 0 || this.#ready.length > 0 || !this.#preparation.isEmpty;
  }

  /** Without a hot state the next drainer folds the journal, and so finds what was still to be prepared. */
  async #handOver(): Promise<readonly MailEntry[]> {
    const { mailbox, queue } = this.#ports;
    await this.#need(this.#committer).dispatched();
    const late = (await mailbox.take(this.#lease, leaseMs)) ?? [];
    await mailbox.forget(this.runId);
    await mailbox.post(this.runId, [...this.#inbox.empty(), ...late]);
    await queue.wake(this.runId, this.#identity?.priority ?? 0, this.#identity?.orgId);
    return this.#inbox.entries;
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
      return this.#inbox.empty().concat({ id: "limit", input: { type: "start" } });
    }
  }

  /** @param every events after which the state is measured again */
  #enforceLimits(every: number): void {
    const { seq } = this.#state;
    const measure = seq - this.#measuredSeq >= every;
    if (measure) this.#measuredSeq = seq;
    const broken = brokenLimit(this.#need(this.#plan), this.#state, measure);
    if (broken !== null) this.#fail(broken);
  }

  /** Ends the run from outside the graph, and calls off all that it still owed. */
  #fail(error: ErrorRecord): void {
    const plan = this.#need(this.#plan);
    const owed = turning(() => calledOff(plan, this.#state));
    const event: RunEvent = {
      type: "run-failed",
      error,
      step: null,
      seq: this.#state.seq + 1,
      at: this.#ports.clock.now(),
    };
    this.#state = turning(() => apply(plan, this.#state, event));
    this.#need(this.#outbox).addEvents([event]);
    this.#ready = [];
    this.#preparation.clear();
    for (const command of owed) this.#command(command);
  }

  /** The run is gone: nobody is to wait for it. */
  #dismiss(): void {
    for (const entry of this.unfinished()) this.#hooks.acknowledge([{ entry, applied: false }]);
    this.#inbox.empty();
    this.#outbox = null;
    this.#committer = null;
  }

  #need<T>(part: T | null): T {
    if (part === null) throw new TypeError("A session turns after it has loaded its run.");
    return part;
  }
}
