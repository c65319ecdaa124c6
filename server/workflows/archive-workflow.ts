import { auditEntry } from "../audit.ts";
import type { Caller } from "../auth/caller.ts";
import { notFound } from "../not-found.ts";
import type { WorkflowStore } from "./ports.ts";

/**
 * Takes a workflow out of the lists, or brings it back. Its versions and runs stay, and runs under way go on; new ones
 * do not start while it is archived. @throws BatonError NOT_FOUND when there is none, or none to bring back
 */
export async function archiveWorkflow(
  workflows: WorkflowStore,
  caller: Caller,
  id: string,
  archived: boolean,
): Promise<{ id: string }> {
  const action = archived ? "workflow-archived" : "workflow-restored";
  const changed = await workflows.archive(
    caller.orgId,
    id,
    archived,
    auditEntry(caller, action, { kind: "workflow", id }),
  );
  if (!changed) throw notFound(archived ? "workflow" : "archived workflow");
  return { id };
}
