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

  /** `steps` are those of the same run at any other moment: a step keeps its place from when it comes up. */
  update(steps: readonly StepView[]): void {
    for (let place = 0; place < steps.length; place += 1) {
      const step = steps[place];
      const before = this.#steps[place];
      if (step !== undefined && before !== step) this.#take(before, step);
    }
    if (steps.length < this.#steps.length) {
      for (const step of this.#steps.slice(steps.length)) this.#drop(step);
      this.#lastFrame.clear();
      for (const step of steps) this.#noteFrame(step);
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

  #take(before: StepView | undefined, step: StepView): void {
    this.#byName.set(step.step, step);
    if (before === undefined) this.#noteFrame(step);
    this.#add(step, 1, before);
  }

  #drop(step: StepView): void {
    this.#byName.delete(step.step);
    this.#add(step, -1, undefined);
  }

  #noteFrame(step: StepView): void {
    if (step.index === null) return;
    const container = step.frame.slice(0, step.frame.lastIndexOf("."));
    const last = this.#lastFrame.get(container);
    if (last === undefined || last < step.index) this.#lastFrame.set(container, step.index);
  }

  #add(step: StepView, by: 1 | -1, before: StepView | undefined): void {
    const count = this.#counts.get(step.node) ?? noCount;
    const ended = Number(isStepEnded(step.status)) - Number(before !== undefined && isStepEnded(before.status));
    const failed = Number(step.status === "failed") - Number(before?.status === "failed");
    this.#counts.set(step.node, {
      begun: count.begun + (before === undefined ? by : 0),
      ended: count.ended + by * ended,
      failed: count.failed + by * failed,
    });
  }
}
