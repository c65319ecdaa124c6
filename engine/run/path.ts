import type { Frame, RunState, Step } from "./state.ts";

/**
 * A step is named by its path: `loop.3.draft` is node `draft` in the fourth iteration of `loop`. The graph's own frame is "".
 * Node ids hold no dots, so the name can be taken apart without knowing the graph.
 */
export function stepId(frame: string, node: string): string {
  return frame === "" ? node : `${frame}.${node}`;
}

export function stepParts(step: string): { frame: string; node: string } {
  const dot = step.lastIndexOf(".");
  return dot < 0 ? { frame: "", node: step } : { frame: step.slice(0, dot), node: step.slice(dot + 1) };
}

/** The frame of the n-th execution of a container's inside. */
export function frameId(containerStep: string, index: number): string {
  return `${containerStep}.${index}`;
}

/** The open step of a name that may come from anywhere: undefined when its frame is closed or it has not come up. */
export function lookUp(state: RunState, step: string): { frame: Frame; record: Step } | undefined {
  const { frame: frameName, node } = stepParts(step);
  const frame = ownOf(state.frames, frameName);
  const record = frame === undefined ? undefined : ownOf(frame.steps, node);
  return frame === undefined || record === undefined ? undefined : { frame, record };
}

/** Not what every object has of itself, such as `constructor`. */
function ownOf<Value>(values: Record<string, Value>, name: string): Value | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}
