import type { WorkflowNumbers } from "../../contracts/api/workflow-numbers.ts";
import type { Caller } from "../auth/caller.ts";
import { getWorkflow } from "./get-workflow.ts";
import type { WorkflowStore } from "./ports.ts";

export type ReadNumbers = (
  workflow: { orgId: string; id: string },
  days: number,
  timeZone: string,
) => Promise<WorkflowNumbers["days"]>;

/** How a workflow's runs came out and what they cost, day by day. @throws BatonError NOT_FOUND */
export async function workflowNumbers(
  parts: { workflows: WorkflowStore; workflowNumbers: ReadNumbers },
  caller: Caller,
  id: string,
  { days, timeZone }: { days: number; timeZone: string },
): Promise<WorkflowNumbers> {
  await getWorkflow(parts.workflows, caller, id);
  const found = await parts.workflowNumbers({ orgId: caller.orgId, id }, days, timeZone);
  const total = { completed: 0, failed: 0, cancelled: 0, open: 0, costUsd: 0 };
  for (const day of found) {
    total.completed += day.completed;
    total.failed += day.failed;
    total.cancelled += day.cancelled;
    total.open += day.open;
    total.costUsd += day.costUsd;
  }
  return { days: found, total };
}
