import type { ErrorRecord } from "../errors.ts";
import type { PlanNode } from "../workflow/plan.ts";
import { asksForMoney } from "./budget.ts";
import { missIteration } from "./loop.ts";
import { loseBranch, parallelFrameChanged } from "./parallel.ts";
import { stepId } from "./path.ts";
import { failCompensation } from "./rollback.ts";
import type { Frame, Step } from "./state.ts";
import { dropFrame, endStep, type Fold, framesOf, setStatus } from "./step.ts";

/**
 * A step failed for good: its `onError` decides. `fail` goes up: a loop may go on without the iteration, a `parallel` without the branch;
 * else the container fails in turn, and at the top the run does. A failure that ends the run leaves its edges undecided, so that a
 * retry can take up exactly there.
 */
export function failStep(folding: Fold, frame: Frame, node: PlanNode, record: Step, error: ErrorRecord): void {
  record.error = error;
  record.due = null;
  const { onError } = node;
  const asks = onError === "escalate" || asksForMoney(folding.plan, error);
  if (asks && record.escalated !== true) return escalate(folding, frame, node, record);
  if (onError !== "fail" && onError !== "escalate") {
    for (const inner of framesOf(folding.state, frame, node)) dropFrame(folding, inner);
    if (onError === "skip") return endStep(folding, frame, node, record, "failed", []);
    if (onError === "port") return endStep(folding, frame, node, record, "failed", ["error"]);
    return endStep(folding, frame, node, record, "completed", node.defaultPorts, onError.value);
  }
  if (frame.undoes !== undefined) return failCompensation(folding, frame, node, record);
  if (frame.container === null || frame.parent === null) return failRun(folding, frame, node, record, error);

  const parent = folding.state.frames[frame.parent];
  const container = folding.plan.nodes.get(frame.container);
  const containerRecord = parent?.steps[frame.container];
  if (parent === undefined || container === undefined || containerRecord === undefined) return;
  const goesOn = container.config["onItemError"] === "continue" || containerRecord.loop?.gave === true;
  if (container.behaviour === "loop" && goesOn) {
    setStatus(folding, frame, node, record, "failed");
    frame.open -= 1;
    return missIteration(folding, parent, container, containerRecord, frame);
  }
  setStatus(folding, frame, node, record, "failed");
  if (container.behaviour === "parallel") {
    frame.open -= 1;
    if (loseBranch(folding, container, frame, node.id)) {
      for (const inner of framesOf(folding.state, frame, node)) dropFrame(folding, inner);
      return parallelFrameChanged(folding, parent, container, containerRecord, frame);
    }
    frame.open += 1;
  }
  folding.state.errorStep ??= stepId(frame.id, node.id);
  failStep(folding, parent, container, containerRecord, error);
  // Somebody above caught it: the run is not failing after all.
  if (folding.state.error === null) folding.state.errorStep = null;
}

/** A person is asked what becomes of the step: it is pending again, and what is prepared is the question. */
function escalate(folding: Fold, frame: Frame, node: PlanNode, record: Step): void {
  for (const inner of framesOf(folding.state, frame, node)) dropFrame(folding, inner);
  record.escalated = true;
  record.loop = null;
  setStatus(folding, frame, node, record, "pending");
}

function failRun(folding: Fold, frame: Frame, node: PlanNode, record: Step, error: ErrorRecord): void {
  const { state, plan } = folding;
  state.error ??= error;
  state.errorStep ??= stepId(frame.id, node.id);
  if (plan.file.settings.onFailure !== "finishOthers") return setStatus(folding, frame, node, record, "failed");
  state.failing = true;
  for (const inner of framesOf(state, frame, node)) dropFrame(folding, inner);
  endStep(folding, frame, node, record, "failed", []);
}
