import type { StepView } from "../../engine/run/projection.ts";
import type { Plan } from "../../engine/workflow/plan.ts";

/** The completed steps of the graph itself whose results are put aside when a run goes on from a node: it, and all that follow it. */
export function lostByRerun(plan: Plan, steps: readonly StepView[], from: string): StepView[] {
  const after = new Set([from]);
  for (const id of after) for (const edge of plan.nodes.get(id)?.outgoing ?? []) after.add(edge.target);
  return steps.filter((step) => step.frame === "" && step.status === "completed" && after.has(step.node));
}
