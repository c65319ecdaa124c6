import { auditEntry } from "../audit.ts";
import type { Caller } from "../auth/caller.ts";
import { notFound } from "../not-found.ts";
import type { WorkflowStore } from "./ports.ts";

/** Gives a workflow these tags in place of those it had. @throws BatonError NOT_FOUND */
export async function tagWorkflow(
  workflows: WorkflowStore,
  caller: Caller,
  id: string,
  tags: readonly string[],
): Promise<{ id: string; tags: readonly string[] }> {
  const audit = auditEntry(caller, "workflow-tagged", { kind: "workflow", id }, { tags: [...tags] });
  if (!(await workflows.tag(caller.orgId, id, tags, audit))) throw notFound("workflow");
  return { id, tags };
}
