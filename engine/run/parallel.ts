import type { Json } from "../json.ts";
import type { Plan, PlanNode } from "../workflow/plan.ts";
import type { Frame, Step } from "./state.ts";
import { isStepEnded } from "./status.ts";
import { cancelSteps, dropFrame, endStep, type Fold, frameOutputs, isUncaught } from "./step.ts";

/** Branches that must succeed before a `parallel` is done. */
function needed(plan: Plan, node: PlanNode): number {
  const branches = plan.scopes.get(node.id)?.branches.length ?? 0;
  const wait = node.config["wait"];
  return wait === "first" ? 1 : typeof wait === "number" ? Math.min(wait, branches) : branches;
}

/** A step inside a `parallel` was decided: the container may be done, with the other branches cancelled. */
export function parallelFrameChanged(folding: Fold, parent: Frame, node: PlanNode, record: Step, frame: Frame): void {
  const { plan } = folding;
  const branches = plan.scopes.get(node.id)?.branches ?? [];
  const enough = needed(plan, node);
  if (frame.open > 0) {
    if (enough === branches.length) return;
    if (branches.filter((branch) => succeeded(plan, frame, branch)).length < enough) return;
  }
  endContainer(folding, parent, node, record, frame, undefined);
}

/** The end of a `parallel` or `try`: with `value`, or with the outputs of its last steps. What is under way inside is cancelled. */
export function endContainer(
  folding: Fold,
  parent: Frame,
  node: PlanNode,
  record: Step,
  frame: Frame,
  value: Json | undefined,
): void {
  const outputs = node.config["aggregate"] === false ? null : frameOutputs(folding.plan, frame);
  dropFrame(folding, frame);
  endStep(folding, parent, node, record, "completed", node.defaultPorts, value === undefined ? outputs : value);
}

function succeeded(plan: Plan, frame: Frame, branch: string[]): boolean {
  let gave = false;
  for (const id of branch) {
    const record = frame.steps[id];
    if (record === undefined || !isStepEnded(record.status)) return false;
    if (record.status === "completed" && plan.nodes.get(id)?.outgoing.length === 0) gave = true;
  }
  return gave;
}

/**
 * A branch failed. True when the container goes on without it: the rest of the branch is cancelled. False when that leaves too few
 * branches (all of them are needed, unless the container says otherwise): then the container fails.
 */
export function loseBranch(folding: Fold, node: PlanNode, frame: Frame, failed: string): boolean {
  const branches = folding.plan.scopes.get(node.id)?.branches ?? [];
  const lost = branches.filter((branch) =>
    branch.some((id) => {
      const record = frame.steps[id];
      return record !== undefined && isUncaught(folding.plan.nodes.get(id), record);
    }),
  );
  const goesOn = node.config["onBranchError"] === "continue";
  const left = branches.length - lost.length;
  if (left === 0 || (!goesOn && left < needed(folding.plan, node))) return false;
  cancelSteps(folding, frame, branches.find((branch) => branch.includes(failed)) ?? [], true);
  return true;
}
