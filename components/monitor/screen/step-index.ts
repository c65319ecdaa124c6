import type { StepView } from "../../../engine/run/projection.ts";
import { isStepEnded } from "../../../engine/run/status.ts";

/** How often a node came up in the whole run. */
export interface NodeCount {
  begun: number;
  ended: number;
  failed: number;
}

/** One execution of a container's inside. */
export interface FrameSteps {
  name: string;
  index: number;
  steps: Map<string, StepView>;
  /** Steps in it that go on, or failed: it is worth a look. */
  attention: number;
}

/** What a container ran, by index. */
export interface FrameGroup {
  frames: Map<number, FrameSteps>;
  /** Indexes of those that go on or failed. */
  attention: Set<number>;
  last: number;
}

const noCount: NodeCount = { begun: 0, ended: 0, failed: 0 };

/**
 * The steps of a view by name, by container and counted by node. Takes up only what changed since the last time, so that moving by an event
 * in a run of ten thousand costs what that event did.
 */
export class StepIndex {
  #steps: readonly StepView[] = [];
  readonly #byName = new Map<string, StepView>();
  /** By the container's step. */
  readonly #groups = new Map<string, FrameGroup>();
  readonly #top = new Map<string, StepView>();
  readonly #counts = new Map<string, NodeCount>();

  /** `steps` are those of the same run at any other moment: a step keeps its place from when it comes up. */
  update(steps: readonly StepView[]): void {
    for (let place = this.#steps.length - 1; place >= steps.length; place -= 1) {
      const gone = this.#steps[place];
      if (gone !== undefined) this.#drop(gone);
    }
    for (let place = 0; place < steps.length; place += 1) {
      const step = steps[place];
      const before = this.#steps[place];
      if (step !== undefined && before !== step) this.#take(before, step);
    }
    this.#steps = steps;
  }

  step(name: string): StepView | null {
    return this.#byName.get(name) ?? null;
  }

  /** The steps of the graph itself. */
  get top(): Iterable<StepView> {
    return this.#top.values();
  }

  /** What a container's step ran; null while it ran nothing. */
  group(container: string): FrameGroup | null {
    return this.#groups.get(container) ?? null;
  }

  lastFrame(container: string): number | null {
    return this.#groups.get(container)?.last ?? null;
  }

  count(node: string): NodeCount {
    return this.#counts.get(node) ?? noCount;
  }

  #take(before: StepView | undefined, step: StepView): void {
    this.#byName.set(step.step, step);
    if (step.index === null) this.#top.set(step.step, step);
    else {
      const group = this.#groupOf(step);
      const frame = group.frames.get(step.index) ?? newFrame(step.frame, step.index);
      group.frames.set(step.index, frame);
      group.last = Math.max(group.last, step.index);
      frame.steps.set(step.step, step);
      frame.attention += Number(needsAttention(step)) - Number(before !== undefined && needsAttention(before));
      if (frame.attention > 0) group.attention.add(step.index);
      else group.attention.delete(step.index);
    }
    this.#count(before, step);
  }

  #drop(step: StepView): void {
    this.#byName.delete(step.step);
    this.#top.delete(step.step);
    if (step.index !== null) this.#dropFromFrame(step, step.index);
    this.#count(step, undefined);
  }

  #dropFromFrame(step: StepView, index: number): void {
    const container = containerOf(step);
    const group = this.#groupOf(step);
    const frame = group.frames.get(index);
    if (frame === undefined) return;
    frame.steps.delete(step.step);
    if (needsAttention(step)) frame.attention -= 1;
    if (frame.attention === 0) group.attention.delete(index);
    if (frame.steps.size > 0) return;
    group.frames.delete(index);
    if (group.frames.size === 0) this.#groups.delete(container);
    // Frames begin by their number, so the one before is near; where one was left out it is looked for.
    else while (!group.frames.has(group.last)) group.last -= 1;
  }

  #groupOf(step: StepView): FrameGroup {
    const container = containerOf(step);
    const known = this.#groups.get(container);
    if (known !== undefined) return known;
    const group: FrameGroup = { frames: new Map(), attention: new Set(), last: 0 };
    this.#groups.set(container, group);
    return group;
  }

  #count(before: StepView | undefined, after: StepView | undefined): void {
    const node = (after ?? before)?.node ?? "";
    const count = this.#counts.get(node) ?? noCount;
    const by = (test: (step: StepView) => boolean) =>
      Number(after !== undefined && test(after)) - Number(before !== undefined && test(before));
    const begun = by(() => true);
    const ended = by((step) => isStepEnded(step.status));
    const failed = by((step) => step.status === "failed");
    if (begun === 0 && ended === 0 && failed === 0) return;
    const next = { begun: count.begun + begun, ended: count.ended + ended, failed: count.failed + failed };
    if (next.begun === 0) this.#counts.delete(node);
    else this.#counts.set(node, next);
  }
}

/** A frame is named by its container's step and a number. */
function containerOf(step: StepView): string {
  return step.frame.slice(0, step.frame.lastIndexOf("."));
}

function newFrame(name: string, index: number): FrameSteps {
  return { name, index, steps: new Map(), attention: 0 };
}

function needsAttention(step: StepView): boolean {
  return step.status === "failed" || !isStepEnded(step.status);
}
