import type { Json } from "../json.ts";
import type { PlanNode } from "../workflow/plan.ts";
import { breakLoop, continueLoop } from "./loop.ts";
import { endContainer } from "./parallel.ts";
import type { Frame, Step } from "./state.ts";
import { cancelSteps, dropFrame, eachFrameEnded, type Fold, setStatus } from "./step.ts";

/**
 * `break`, `continue` and `end`: the step completes, and with it the nearest loop, its iteration, or the scope it stands in. What is
 * under way there is cancelled. `value` is what that gives; without one, what has completed so far.
 */
export function endScope(folding: Fold, frame: Frame, node: PlanNode, record: Step, output: Json): void {
  record.output = output;
  setStatus(folding, frame, node, record, "completed");
  frame.open -= 1;
  const value = Object.hasOwn(node.config, "value") ? output : undefined;
  if (node.behaviour === "end") return completeFrame(folding, frame, value);
  for (let inner: Frame | undefined = frame; inner !== undefined;) {
    const parent: Frame | undefined = inner.parent === null ? undefined : folding.state.frames[inner.parent];
    const container = inner.container === null ? undefined : folding.plan.nodes.get(inner.container);
    const loop = container === undefined ? undefined : parent?.steps[container.id];
    if (parent !== undefined && container?.behaviour === "loop" && loop !== undefined) {
      if (node.behaviour === "break") breakLoop(folding, parent, container, loop, inner, value);
      else continueLoop(folding, parent, container, loop, inner, value);
      return;
    }
    inner = parent;
  }
}

function completeFrame(folding: Fold, frame: Frame, value: Json | undefined): void {
  const { plan, state } = folding;
  const parent = frame.parent === null ? undefined : state.frames[frame.parent];
  const container = frame.container === null ? undefined : plan.nodes.get(frame.container);
  const record = container === undefined ? undefined : parent?.steps[container.id];
  if (parent === undefined || container === undefined || record === undefined) {
    for (const inner of Object.values(state.frames)) if (inner.parent === frame.id) dropFrame(folding, inner);
    cancelSteps(folding, frame, plan.scopes.get("")?.nodes ?? []);
    if (value !== undefined) state.output = value;
    return;
  }
  if (container.behaviour === "loop") return continueLoop(folding, parent, container, record, frame, value);
  if (container.behaviour === "each") return eachFrameEnded(folding, parent, container, record, frame);
  endContainer(folding, parent, container, record, frame, value);
}
