import type { StepView } from "../../../engine/run/projection.ts";
import { isStepEnded } from "../../../engine/run/status.ts";

/** How often a node came up in the whole run. */
export interface NodeCount {
  begun: number;
  ended: number;
  failed: number;
}

const noCount: NodeCount = { begun: 0, ended: 0, failed: 0 };

/** The steps of a view by name, by container and counted by node. Takes up only what changed since the last time. */
export class StepIndex {
  #steps: readonly StepView[] = [];
  readonly #byName = new Map<string, StepView>();
  /** Highest index of the executions of a container's inside, by the container's step. */
  readonly #lastFrame = new Map<string, number>();
  readonly #counts = new Map<string, NodeCount>();

  update(steps: readonly StepView[]): void {
    if (steps.length < this.#steps.length || steps[0]?.step !== this.#steps[0]?.step) this.#clear();
    for (const [place, step] of steps.entries()) {
      const before = this.#steps[place];
      if (before !== step) this.#take(before, step);
    }
    this.#steps = steps;
  }

  step(name: string): StepView | null {
    return this.#byName.get(name) ?? null;
  }

  lastFrame(container: string): number | null {
    return this.#lastFrame.get(container) ?? null;
  }

  count(node: string): NodeCount {
    return this.#counts.get(node) ?? noCount;
  }

  #clear(): void {
    this.#steps = [];
    this.#byName.clear();
    this.#lastFrame.clear();
    this.#counts.clear();
  }

  #take(before: StepView | undefined, step: StepView): void {
    this.#byName.set(step.step, step);
    if (before === undefined && step.index !== null) {
      const name = step.frame.slice(0, step.frame.lastIndexOf("."));
      this.#lastFrame.set(name, Math.max(this.#lastFrame.get(name) ?? 0, step.index));
    }
    const count = this.#counts.get(step.node) ?? noCount;
    this.#counts.set(step.node, {
      begun: count.begun + (before === undefined ? 1 : 0),
      ended:
        count.ended + Number(isStepEnded(step.status)) - Number(before !== undefined && isStepEnded(before.status)),
      failed: count.failed + Number(step.status === "failed") - Number(before?.status === "failed"),
    });
  }
}
