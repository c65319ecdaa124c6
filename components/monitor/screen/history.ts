import type { RunEvent } from "../../../engine/run/event.ts";
import type { RunFacts, RunView, StepChange, StepView } from "../../../engine/run/projection.ts";
import type { Plan } from "../../../engine/workflow/plan.ts";
import { WorkLog } from "./work-log.ts";

/**
 * The course of a run, so that the page can go back in it: of each event what it changed, and how that was before. Written down while the
 * journal is folded for the first time, so nothing is ever folded twice; from one moment to another only what lies between is done or undone,
 * which for ten thousand events is less than a millisecond.
 */
export class RunHistory {
  /** When something worked, as far as the journal is read. */
  readonly work: WorkLog;
  readonly #facts: RunFacts[] = [];
  readonly #changes: StepChange[][] = [];
  /** The steps at the event that was asked for last. */
  readonly #steps: StepView[] = [];
  #at = 0;

  constructor(plan: Plan) {
    this.work = new WorkLog(plan);
  }

  /** The last event that is known. */
  get upTo(): number {
    return this.#facts.length;
  }

  /** Takes down what the next event did. */
  note(event: RunEvent, facts: RunFacts, changes: StepChange[]): void {
    this.#facts.push(facts);
    this.#changes.push(changes);
    this.work.note(event, changes);
  }

  /** The run as it was after an event that is known. */
  at(seq: number): RunView {
    const facts = this.#facts[seq - 1];
    if (facts === undefined) throw new Error(`Event ${seq} has not been read.`);
    for (; this.#at < seq; this.#at += 1) {
      for (const { place, after } of this.#changes[this.#at] ?? []) this.#steps[place] = after;
    }
    for (; this.#at > seq; this.#at -= 1) {
      for (const { place, before } of this.#changes[this.#at - 1] ?? []) {
        if (before !== undefined) this.#steps[place] = before;
        // Steps come up one after the other: what is taken back is at the end.
        else if (place < this.#steps.length) this.#steps.length = place;
      }
    }
    return { ...facts, steps: this.#steps.slice() };
  }
}
