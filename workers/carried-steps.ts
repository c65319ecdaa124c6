import type { StepJob } from "../engine/ports/step-queue.ts";
import type { RunInput } from "../engine/run/input.ts";

/** A step as it is handed to the queue. */
export interface QueuedStep {
  job: StepJob;
  priority: number;
  rank: number;
  orgId: string;
}

/** A worker's place for one step at a time, as the step that works in it sees it. */
export interface Slot {
  /** The step's outcome is about to be handed over: the slot may go on with what follows from it. */
  ready(): void;
}

/** A slot as the one who fills it sees it. */
export interface CarryingSlot extends Slot {
  /** The step is over: the next one; null when the slot is done. */
  next(): QueuedStep | null;
}

/** How long a slot stays with one run while others may be waiting for it, in ms. */
const stayMs = 250;
/** How long a step from the queue waits for a slot before it goes back, where another worker may have one. */
const waitMs = 1_000;

/**
 * Steps that are executed where their run is held: in the slot of the step before them, or in a free one. They stand in no queue and
 * cost none; what keeps them from being handed out a second time is that their run is held here for as long as they last. If this worker
 * dies, whoever takes over, or the sweep, recovers the run, and what it owes goes through the queue.
 */
export class CarriedSteps {
  readonly #concurrency: number;
  readonly #now: () => number;
  /** Slots in use. While there are fewer than there may be, nobody waits in the queue for one. */
  #inUse = 0;
  /** By run: slots that would go on, and the steps they go on with. */
  readonly #ready = new Map<string, { slots: number; steps: QueuedStep[] }>();
  /** By run: the steps that are offered or under way. */
  readonly #held = new Map<string, Set<string>>();
  /** Steps from the queue that wait for a slot, the first one first. */
  readonly #waiting = new Set<{ runId: string; give(slot: CarryingSlot | null): void }>();
  readonly #begun = new Set<Promise<void>>();
  #begin: ((step: QueuedStep, slot: CarryingSlot) => Promise<void>) | null = null;
  #closed = false;

  /** @param concurrency steps that this worker executes at once */
  constructor(concurrency: number, now: () => number = () => performance.now()) {
    this.#concurrency = concurrency;
    this.#now = now;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Who executes steps in free slots; it must not reject. */
  onBegin(begin: (step: QueuedStep, slot: CarryingSlot) => Promise<void>): void {
    this.#begin = begin;
  }

  /** A slot for a step that the queue brought, in use until there is nothing to go on with; null when none was free in time. */
  take(runId: string): Promise<CarryingSlot | null> {
    if (this.#inUse < this.#concurrency) return Promise.resolve(this.#open(runId, null));
    const { promise, resolve } = Promise.withResolvers<CarryingSlot | null>();
    const waiter = {
      runId,
      give: (slot: CarryingSlot | null) => {
        clearTimeout(timer);
        this.#waiting.delete(waiter);
        resolve(slot);
      },
    };
    const timer = setTimeout(() => waiter.give(null), waitMs);
    this.#waiting.add(waiter);
    return promise;
  }

  #open(runId: string, first: string | null): CarryingSlot {
    const began = this.#now();
    this.#inUse += 1;
    let isReady = false;
    let working = first;
    return {
      ready: () => {
        const mayStay = this.#inUse < this.#concurrency || this.#now() - began < stayMs;
        if (isReady || this.#closed || !mayStay) return;
        isReady = true;
        const waiting = this.#ready.get(runId);
        if (waiting === undefined) this.#ready.set(runId, { slots: 1, steps: [] });
        else waiting.slots += 1;
      },
      next: () => {
        if (working !== null) this.#end(runId, working);
        const next = isReady ? this.#leave(runId) : null;
        isReady = false;
        working = next === null ? null : name(next.job);
        if (next === null) this.#free();
        return next;
      },
    };
  }

  /** Leaves a step to a slot of its run, or to a free one; false when there is none, and it belongs into the queue. */
  offer(step: QueuedStep): boolean {
    const { runId } = step.job;
    const waiting = this.#ready.get(runId);
    if (waiting !== undefined && waiting.steps.length < waiting.slots) {
      waiting.steps.push(step);
      this.#hold(step.job);
      return true;
    }
    // With half of the slots free nobody waits in the queue, and there is enough left for what comes by it.
    if (this.#begin === null || this.#closed || this.#inUse >= Math.floor(this.#concurrency / 2)) return false;
    this.#hold(step.job);
    const work = this.#begin(step, this.#open(runId, name(step.job))).finally(() => this.#begun.delete(work));
    this.#begun.add(work);
    return true;
  }

  /** True while the step is offered or under way here: it must not be handed out again. */
  has(job: Pick<StepJob, "runId" | "stepId" | "attempt">): boolean {
    return this.#held.get(job.runId)?.has(name(job)) ?? false;
  }

  /** A job of a step that is under way here came to another worker: that one must not begin it as well. */
  refuses(runId: string, input: RunInput, worker: string): boolean {
    if (input.type !== "started" || input.worker === worker) return false;
    return this.has({ runId, stepId: input.step, attempt: input.attempt });
  }

  /** True while steps of the run are carried: the run must be held. */
  holds(runId: string): boolean {
    return this.#held.has(runId);
  }

  /** From now on all goes through the queue. */
  close(): void {
    this.#closed = true;
    for (const waiter of this.#waiting) waiter.give(null);
  }

  /** Resolves when the steps in free slots have ended, or were handed to the queue. */
  async settled(): Promise<void> {
    while (this.#begun.size > 0) await Promise.all(this.#begun);
  }

  #free(): void {
    this.#inUse -= 1;
    const [first] = this.#waiting;
    first?.give(this.#open(first.runId, null));
  }

  #hold(job: StepJob): void {
    const held = this.#held.get(job.runId) ?? new Set();
    held.add(name(job));
    this.#held.set(job.runId, held);
  }

  #leave(runId: string): QueuedStep | null {
    const waiting = this.#ready.get(runId);
    if (waiting === undefined) return null;
    waiting.slots -= 1;
    if (waiting.slots === 0) this.#ready.delete(runId);
    return waiting.steps.shift() ?? null;
  }

  #end(runId: string, step: string): void {
    const held = this.#held.get(runId);
    held?.delete(step);
    if (held?.size === 0) this.#held.delete(runId);
  }
}

function name({ stepId, attempt }: Pick<StepJob, "stepId" | "attempt">): string {
  return `${stepId} ${attempt}`;
}
