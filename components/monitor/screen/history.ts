import type { RunEvent } from "../../../engine/run/event.ts";
import { createProjection, type Projection, type RunView, type StepView } from "../../../engine/run/projection.ts";
import type { Plan } from "../../../engine/workflow/plan.ts";

/** What one event changed: the run's own fields, and the steps by their place in the view. */
interface Moment {
  seq: number;
  run: Omit<RunView, "steps">;
  changed: [place: number, step: StepView][];
}

/** Whole lists of steps are kept this often: going to any event costs at most so many moments. */
const snapshotEvery = 500;
/** From this many steps on not every event is kept apart: looking at all steps after each would cost their square. */
const manySteps = 15_000;

/**
 * The course of a run, so that the page can go back in it: the journal folded once more, remembering what each event changed. It is built
 * in slices, as ten thousand events cost most of a second, and from then on going anywhere costs less than a frame.
 */
export class RunHistory {
  readonly #projection: Projection;
  readonly #moments: Moment[] = [];
  /** By the index of the moment after which they hold. */
  readonly #snapshots: StepView[][] = [];
  #steps: StepView[] = [];
  #skipped = 0;

  constructor(plan: Plan, runId: string) {
    this.#projection = createProjection(plan, runId);
  }

  /** The last event that was read. */
  get upTo(): number {
    return this.#projection.seq;
  }

  /** Reads on in a journal, as long as there is time. True when all of it is read. */
  extend(events: readonly RunEvent[], hasTime: () => boolean): boolean {
    for (let next = events[this.upTo]; next !== undefined; next = events[this.upTo]) {
      if (!hasTime()) return false;
      this.#projection.apply(next);
      this.#skipped += 1;
      const stride = this.#steps.length < manySteps ? 1 : Math.ceil(this.#steps.length / 5_000);
      if (this.#skipped >= stride || this.upTo === events.length) this.#remember();
    }
    return true;
  }

  /** The run as it was after an event that has been read, or after the last one before it that is kept. */
  at(seq: number): RunView {
    const last = this.#indexOf(seq);
    const moment = this.#moments[last];
    if (moment === undefined) throw new Error(`Event ${seq} has not been read.`);
    const block = Math.floor((last + 1) / snapshotEvery);
    const steps = block === 0 ? [] : (this.#snapshots[block - 1] ?? []).slice();
    for (let index = block * snapshotEvery; index <= last; index += 1) {
      for (const [place, step] of this.#moments[index]?.changed ?? []) steps[place] = step;
    }
    return { ...moment.run, steps };
  }

  #remember(): void {
    this.#skipped = 0;
    const { steps, ...run } = this.#projection.view();
    const changed: Moment["changed"] = [];
    // A step keeps its place from when it comes up, so what differs is what changed.
    // By index: with ten thousand steps this line is what reading back costs.
    for (let place = 0; place < steps.length; place += 1) {
      const step = steps[place];
      if (step !== undefined && step !== this.#steps[place]) changed.push([place, step]);
    }
    this.#steps = steps;
    this.#moments.push({ seq: run.seq, run, changed });
    if (this.#moments.length % snapshotEvery === 0) this.#snapshots.push(steps);
  }

  /** Index of the last moment at or before an event. */
  #indexOf(seq: number): number {
    let low = 0;
    let high = this.#moments.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#moments[middle]?.seq ?? 0) <= seq) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
