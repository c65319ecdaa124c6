import { randomUUID } from "node:crypto";
import { BatonError } from "../engine/errors.ts";
import type { Lease, MailEntry } from "../engine/ports/run-mailbox.ts";
import type { RunInput } from "../engine/run/input.ts";
import { acknowledgements } from "./acknowledgement.ts";
import type { Acknowledgements } from "./acknowledgement.ts";
import { Begins } from "./begins.ts";
import type { CarriedSteps } from "./carried-steps.ts";
import type { CommitHooks } from "./commit.ts";
import { failRun } from "./fail-run.ts";
import { Artifacts } from "./artifacts.ts";
import type { WorkerPorts } from "./ports.ts";
import { RecentSteps } from "./recent-steps.ts";
import { RunSession } from "./session.ts";
import { leaseMs } from "./session-bounds.ts";
import { createPromptTimers } from "./timers.ts";
import type { PromptTimers } from "./timers.ts";
import { TurnError } from "./turn-error.ts";
import { Turnstile } from "./turnstile.ts";

const renewEveryMs = 800;
/** An unanswered input is delivered again after these: once before a dead drainer's lease ends, once soon after. */
const redeliverMs = [2_000, 2_200, 5_000];
/** Failures of turning in a row after which a run is failed: the third is no accident. */
const maxBugs = 3;
const nudgeMs = 1_000;

/** Turns runs: whatever a worker learns about a run goes through here. One a process. */
export class Drainer {
  readonly #ports: WorkerPorts;
  readonly #sessions = new Map<string, RunSession>();
  readonly #running = new Set<Promise<void>>();
  readonly #bugs = new Map<string, number>();
  readonly #nudges = new Set<NodeJS.Timeout>();
  readonly #nudged = new Set<string>();
  readonly #turnstile = new Turnstile();
  readonly #acks: Acknowledgements;
  readonly #timers: PromptTimers;
  readonly #hooks: CommitHooks;
  readonly #keeping: NodeJS.Timeout;
  readonly #stopListening: () => void;
  /** Runs whose mail is about to be fetched. */
  readonly #mail = new Set<string>();
  readonly #begins = new Begins();
  #closed = false;

  /** Steps that were scheduled here. */
  readonly recent = new RecentSteps();
  /** What runs hold that is too large to travel inline. */
  readonly artifacts: Artifacts;

  /** @param begunAgain told of each step that is begun here though it had been begun before: whoever had begun it died, or stopped */
  constructor(ports: WorkerPorts, carried: CarriedSteps, begunAgain: () => void = () => undefined) {
    this.#ports = ports;
    this.#acks = acknowledgements(ports);
    this.#timers = createPromptTimers(ports.clock, (runId, key) => {
      this.deliver(runId, { type: "timer", key }).catch((error: unknown) => {
        ports.log.debug({ runId, key, error: String(error) }, "a timer is left to the sweep");
      });
    });
    this.artifacts = new Artifacts(ports.journal);
    this.#hooks = {
      acknowledge: this.#acks.tell,
      armTimer: this.#timers.arm,
      disarmTimer: this.#timers.disarm,
      carried,
      recent: this.recent,
      artifacts: this.artifacts,
      begun: (entryId, again) => {
        if (this.#begins.isNew(entryId) && again) begunAgain();
      },
      lookAgain: (runId: string) => this.#nudgeLater(runId),
    };
    this.#keeping = setInterval(() => void this.#keepLeases(), renewEveryMs / 2);
    this.#stopListening = ports.mailbox.onMail((runId) => this.#fetchMail(runId));
  }

  /** Runs held at the moment. */
  get size(): number {
    return this.#sessions.size;
  }

  /** Those of them that are not only kept for what their steps may give. */
  get turning(): number {
    return [...this.#sessions.values()].filter(({ isWaiting }) => !isWaiting).length;
  }

  /** Hands an input over, and turns the run here if nobody else does. Resolves when it is handed over. */
  async deliver(runId: string, input: RunInput, options: { signal?: number | undefined } = {}): Promise<void> {
    const { signal } = options;
    await this.#send(runId, { id: randomUUID(), input, ...(signal === undefined ? {} : { signal }) });
  }

  /**
   * Hands an input over and resolves once it is in the journal: true when it meant something to the run. It is handed over
   * again and again until then (inputs may come twice), through outages too.
   * @throws BatonError SERVICE_UNAVAILABLE when `stop` is aborted before
   */
  async confirm(runId: string, input: RunInput, stop: AbortSignal): Promise<boolean> {
    const entry: MailEntry = { id: randomUUID(), input, replyTo: this.#ports.worker };
    const answer = this.#acks.expect(entry.id);
    try {
      for (let round = 0; !stop.aborted; round++) {
        await this.#send(runId, entry).catch((error: unknown) => {
          this.#ports.log.debug({ runId, error: String(error) }, "an input could not be handed over yet");
        });
        const heard = await answer.within(redeliverMs[Math.min(round, redeliverMs.length - 1)] ?? nudgeMs, stop);
        if (heard !== null) return heard;
      }
    } finally {
      answer.forget();
    }
    throw new BatonError("SERVICE_UNAVAILABLE", "The worker stopped before the run had taken the input.");
  }

  /**
   * Turns a run as far as it goes, if nobody else does. `recover` also reads what others wrote and hands over again what
   * the run owes. @throws what kept the run from turning, after its entries were put back
   */
  async wake(runId: string, { recover }: { recover: boolean }): Promise<void> {
    if (this.#closed) throw new BatonError("SERVICE_UNAVAILABLE", "The worker stops and takes no more runs.");
    if (await this.#sessions.get(runId)?.lookAgain({ recover })) return;
    const lease = await this.#ports.mailbox.deliver(runId, [], leaseMs);
    if (lease !== null) await this.#hold(lease, recover);
  }

  /** Lets all runs go: what they had finished is in the journal, the rest is another worker's. */
  async close(): Promise<void> {
    // What was stopped in the middle of a step goes into the queue first.
    await this.#hooks.carried.settled();
    this.#closed = true;
    for (const session of this.#sessions.values()) session.leave();
    this.#timers.close();
    for (const timer of this.#nudges) clearTimeout(timer);
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
    clearInterval(this.#keeping);
    this.#stopListening();
    this.#acks.close();
  }

  async #send(runId: string, entry: MailEntry): Promise<void> {
    const session = this.#sessions.get(runId);
    if (session === undefined) await this.#take(runId, [entry]);
    else session.push(entry);
  }

  /** Puts entries into the mailbox, and drains it behind the caller's back if the lease is to be had. */
  async #take(runId: string, entries: readonly MailEntry[]): Promise<void> {
    const lease = await this.#ports.mailbox.deliver(runId, [...entries], leaseMs);
    if (lease === null) return;
    this.#hold(lease, false).catch((error: unknown) => this.#tryAgain(runId, error));
  }

  /** Turns a run and keeps it while that is of use. Resolves when it was turned. */
  #hold(lease: Lease, recover: boolean): Promise<void> {
    const session = new RunSession(this.#ports, this.#hooks, this.#turnstile, lease, recover || lease.abandoned);
    this.#sessions.set(lease.runId, session);
    const work = this.#drain(session).finally(() => this.#running.delete(work));
    this.#running.add(work);
    // What fails while it is kept nobody waits for.
    session.turned.then(() => work).catch((error: unknown) => this.#tryAgain(lease.runId, error));
    return Promise.race([session.turned, work]);
  }

  #tryAgain(runId: string, error: unknown): void {
    this.#ports.log.warn({ runId, error: String(error) }, "a run could not be turned; it is tried again");
    this.#nudgeLater(runId);
  }

  async #drain(session: RunSession): Promise<void> {
    try {
      const late = await session.run();
      this.#bugs.delete(session.runId);
      this.#release(session);
      if (late.length > 0) await this.#take(session.runId, late);
    } catch (error) {
      this.#release(session);
      await this.#giveUp(session, error);
    }
  }

  #release(session: RunSession): void {
    // After an expiry another session of this process may hold the run.
    if (this.#sessions.get(session.runId) === session) this.#sessions.delete(session.runId);
  }

  /** Puts back what a session could not finish. A run that cannot be turned at all is failed, so that nobody waits for it. */
  async #giveUp(session: RunSession, error: unknown): Promise<void> {
    const { mailbox, log } = this.#ports;
    const { runId, lease } = session;
    const entries = session.unfinished();
    if (error instanceof TurnError) {
      const count = (this.#bugs.get(runId) ?? 0) + 1;
      log.error({ runId, count, err: error.cause }, "a turn failed");
      this.#bugs.set(runId, count);
      if (error.final || count >= maxBugs) {
        this.#bugs.delete(runId);
        await failRun(this.#ports, runId, error.record, entries);
        this.#acks.tell(entries.map((entry) => ({ entry, applied: false })));
        return;
      }
    }
    const putBack =
      error instanceof TurnError
        ? // Perhaps it is the hot state that is broken: the next try folds the journal.
          mailbox.forget(runId).then(() => mailbox.post(runId, entries))
        : mailbox.abandon(lease, entries);
    await putBack.catch((cause: unknown) => {
      // The lease ends by itself; what executors and signals sent comes again.
      log.debug({ runId, error: String(cause) }, "a lease is left to end");
    });
    throw error;
  }

  #nudgeLater(runId: string): void {
    if (this.#closed || this.#nudged.has(runId)) return;
    this.#nudged.add(runId);
    const timer = setTimeout(() => {
      this.#nudges.delete(timer);
      this.#nudged.delete(runId);
      this.wake(runId, { recover: true }).catch((error: unknown) => {
        this.#ports.log.debug({ runId, error: String(error) }, "a run is tried again");
        this.#nudgeLater(runId);
      });
    }, nudgeMs);
    this.#nudges.add(timer);
  }

  /** Others delivered something for a run that is held here. Messages that come together are one look. */
  #fetchMail(runId: string): void {
    if (this.#mail.has(runId) || !this.#sessions.has(runId)) return;
    this.#mail.add(runId);
    setImmediate(() => {
      this.#mail.delete(runId);
      this.#sessions
        .get(runId)
        ?.lookAgain({ recover: false })
        .catch((error: unknown) => {
          this.#ports.log.debug({ runId, error: String(error) }, "a run's mail waits for the next look");
        });
    });
  }

  /** Prolongs the leases of runs that are held for longer than a moment, all at once. A short turn never gets here. */
  async #keepLeases(): Promise<void> {
    const now = performance.now();
    const due = [...this.#sessions.values()].filter(({ renewedAt }) => now - renewedAt >= renewEveryMs);
    if (due.length === 0) return;
    for (const session of due) session.renewedAt = now;
    try {
      const states = await this.#ports.mailbox.renew(
        due.map(({ lease }) => lease),
        leaseMs,
      );
      await Promise.all(due.map((session, index) => session.renewed(states[index] ?? "lost")));
    } catch (error) {
      this.#ports.log.debug({ runs: due.length, error: String(error) }, "leases could not be renewed");
    }
  }
}
