import type { StepView } from "../../../engine/run/projection.ts";
import { isStepEnded } from "../../../engine/run/status.ts";

/** How often a node came up in the whole run. */
export interface NodeCount {
  begun: number;
  ended: number;
  failed: number;
}

/** One execution of a container's inside, and where its steps stand in the view. */
export interface FramePlaces {
  name: string;
  index: number;
  container: string;
  places: number[];
  /** Highest index of this and all that came up before it in the same container. */
  last: number;
}

const noCount: NodeCount = { begun: 0, ended: 0, failed: 0 };

/** Where each step of a run stands. A step keeps its place from when it comes up, so this only grows and holds for every moment of the run. */
export class StepPlaces {
  readonly byName = new Map<string, number>();
  /** By place: the number of the step's node, and the frame it stands in; null for the graph itself. */
  readonly nodeNumbers: number[] = [];
  readonly frameOf: (FramePlaces | null)[] = [];
  readonly numbers = new Map<string, number>();
  readonly top: number[] = [];
  /** By the container's step, in the order in which they came up. */
  readonly groups = new Map<string, FramePlaces[]>();
  readonly #frames = new Map<string, FramePlaces>();

  /** Takes up what is new at the end of the longest view there is. */
  extend(steps: readonly StepView[]): void {
    for (let place = this.nodeNumbers.length; place < steps.length; place += 1) {
      const step = steps[place];
      if (step !== undefined) this.#add(step, place);
    }
  }

  #add(step: StepView, place: number): void {
    this.byName.set(step.step, place);
    const number = this.numbers.get(step.node) ?? this.numbers.size;
    this.numbers.set(step.node, number);
    this.nodeNumbers.push(number);
    if (step.index === null) {
      this.top.push(place);
      this.frameOf.push(null);
      return;
    }
    const frame = this.#frames.get(step.frame) ?? this.#newFrame(step.frame, step.index);
    frame.places.push(place);
    this.frameOf.push(frame);
  }

  #newFrame(name: string, index: number): FramePlaces {
    // A frame is named by its container's step and a number.
    const container = name.slice(0, name.lastIndexOf("."));
    const group = this.groups.get(container) ?? [];
    this.groups.set(container, group);
    const frame = { name, index, container, places: [], last: Math.max(index, group.at(-1)?.last ?? 0) };
    this.#frames.set(name, frame);
    group.push(frame);
    return frame;
  }
}

/** The steps of one moment by name, by container and counted by node. Made in one pass over them, whatever the moment before was. */
export class StepTree {
  readonly #places: StepPlaces;
  readonly #steps: readonly StepView[];
  readonly #counts: NodeCount[] = [];
  /** By the container's step: its executions that go on or failed. */
  readonly #attention = new Map<string, Set<FramePlaces>>();

  constructor(places: StepPlaces, steps: readonly StepView[]) {
    this.#places = places;
    this.#steps = steps;
    for (let place = 0; place < steps.length; place += 1) {
      const step = steps[place];
      if (step !== undefined) this.#take(step, place);
    }
  }

  step(name: string): StepView | null {
    const place = this.#places.byName.get(name);
    return place === undefined ? null : (this.#steps[place] ?? null);
  }

  /** The steps of the graph itself. */
  get top(): StepView[] {
    return this.#at(this.#places.top);
  }

  /** The executions of a container's inside that had come up, in that order. */
  frames(container: string): FramePlaces[] {
    const group = this.#places.groups.get(container) ?? [];
    return group.slice(0, this.frameCount(container));
  }

  frameCount(container: string): number {
    const group = this.#places.groups.get(container) ?? [];
    let low = 0;
    let high = group.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((group[middle]?.places[0] ?? Infinity) < this.#steps.length) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Those of them that go on, or failed. */
  attention(container: string): ReadonlySet<FramePlaces> {
    return this.#attention.get(container) ?? new Set();
  }

  /** The execution of that number, where it had come up. */
  frame(container: string, index: number): FramePlaces | null {
    const frames = this.frames(container);
    // By its number where they came up in order, as they mostly do.
    const guess = frames[index];
    return guess?.index === index ? guess : (frames.find((frame) => frame.index === index) ?? null);
  }

  stepsOf(frame: FramePlaces): StepView[] {
    return this.#at(frame.places);
  }

  /** Highest number of a container's executions; null while there is none. */
  lastFrame(container: string): number | null {
    const count = this.frameCount(container);
    return this.#places.groups.get(container)?.[count - 1]?.last ?? null;
  }

  count(node: string): NodeCount {
    return this.#counts[this.#places.numbers.get(node) ?? -1] ?? noCount;
  }

  #at(places: readonly number[]): StepView[] {
    const steps: StepView[] = [];
    for (const place of places) {
      const step = this.#steps[place];
      if (step === undefined) break;
      steps.push(step);
    }
    return steps;
  }

  #take(step: StepView, place: number): void {
    const number = this.#places.nodeNumbers[place] ?? 0;
    const count = (this.#counts[number] ??= { begun: 0, ended: 0, failed: 0 });
    const ended = isStepEnded(step.status);
    const failed = step.status === "failed";
    count.begun += 1;
    if (ended) count.ended += 1;
    if (failed) count.failed += 1;
    if (ended && !failed) return;
    const frame = this.#places.frameOf[place];
    if (frame === null || frame === undefined) return;
    const known = this.#attention.get(frame.container);
    if (known === undefined) this.#attention.set(frame.container, new Set([frame]));
    else known.add(frame);
  }
}

/** The tree of a view by itself. */
export function treeOf(steps: readonly StepView[]): StepTree {
  const places = new StepPlaces();
  places.extend(steps);
  return new StepTree(places, steps);
}
