import type { RunEvent } from "../../../engine/run/event.ts";
import type { StepChange, StepView } from "../../../engine/run/projection.ts";
import type { Plan } from "../../../engine/workflow/plan.ts";

/** A stretch between two events, in epoch ms, in which no step worked or stood in the queue. */
export interface Gap {
  from: number;
  to: number;
  /** The event that ended it. */
  seq: number;
}

/** What is shorter is never folded, so it need not be kept. */
export const leastIdleMs = 1_500;

/**
 * When a run worked and when it only waited, known after every event: the axis of the timeline folds long waits, and must not look at ten
 * thousand bars to find them.
 */
export class WorkLog {
  readonly #plan: Plan;
  readonly #gaps: Gap[] = [];
  /** Epoch ms of each event, never going back though the clocks of workers may. */
  readonly #times: number[] = [];
  /** Steps at work after each event, and the ms of work until it. */
  readonly #busy: number[] = [];
  readonly #worked: number[] = [];

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  /** Takes down the next event. */
  note(event: RunEvent, changes: readonly StepChange[]): void {
    const before = this.#times.at(-1) ?? event.at;
    const at = Math.max(before, event.at);
    const busy = this.#busy.at(-1) ?? 0;
    if (busy === 0 && at - before > leastIdleMs) this.#gaps.push({ from: before, to: at, seq: event.seq });
    let now = busy;
    for (const change of changes) now += Number(this.#works(change.after)) - Number(this.#works(change.before));
    this.#times.push(at);
    this.#busy.push(now);
    this.#worked.push((this.#worked.at(-1) ?? 0) + (busy > 0 ? at - before : 0));
  }

  /** The stretches without work until `now`, as known after an event, and how long something worked. */
  upTo(seq: number, now: number): { gaps: Gap[]; worked: number } {
    const last = this.#times[seq - 1];
    if (last === undefined) return { gaps: [], worked: 0 };
    const gaps = this.#gaps.slice(0, this.#countUpTo(seq));
    const rest = Math.max(0, now - last);
    const working = (this.#busy[seq - 1] ?? 0) > 0;
    if (!working && rest > leastIdleMs) gaps.push({ from: last, to: now, seq: seq + 1 });
    return { gaps, worked: (this.#worked[seq - 1] ?? 0) + (working ? rest : 0) };
  }

  #countUpTo(seq: number): number {
    let low = 0;
    let high = this.#gaps.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#gaps[middle]?.seq ?? Infinity) <= seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** A container works only as its inside does; who waits for a person or a time does not work. */
  #works(step: StepView | undefined): boolean {
    if (step === undefined || (step.status !== "running" && step.status !== "queued")) return false;
    const behaviour = this.#plan.nodes.get(step.node)?.behaviour;
    return !this.#plan.scopes.has(step.node) && behaviour !== "approval" && behaviour !== "wait";
  }
}
