import type { RunEvent } from "../../../engine/run/event.ts";
import type { Plan } from "../../../engine/workflow/plan.ts";
import { stepParts } from "../../../engine/run/path.ts";

/** Which outputs each step took, as the journal tells it. The view of a run does not say so, and the drawing has to. */
export class PortsTaken {
  readonly #plan: Plan;
  readonly #byStep = new Map<string, { seq: number; ports: readonly string[] }[]>();
  #seq = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  /** Reads what is new in a journal. */
  read(events: readonly RunEvent[]): void {
    for (; this.#seq < events.length; this.#seq += 1) {
      const event = events[this.#seq];
      if (event?.type === "step-completed" && event.ports !== undefined) this.#note(event.step, event.seq, event.ports);
      else if (event?.type === "approval-decided") this.#note(event.step, event.seq, [event.decision.decision]);
    }
  }

  /** The outputs of a step that ended, as known at an event. */
  of(step: string, status: "completed" | "failed", at: number): readonly string[] {
    const node = this.#plan.nodes.get(stepParts(step).node);
    if (status === "failed") return node?.onError === "port" ? ["error"] : [];
    const noted = this.#byStep.get(step)?.findLast((each) => each.seq <= at);
    return noted?.ports ?? node?.defaultPorts ?? [];
  }

  #note(step: string, seq: number, ports: readonly string[]): void {
    const known = this.#byStep.get(step);
    if (known === undefined) this.#byStep.set(step, [{ seq, ports }]);
    else known.push({ seq, ports });
  }
}
