import type { Workflow, WorkflowVersion } from "../../contracts/api/workflow.ts";
import type { Caller } from "../auth/caller.ts";
import { notFound } from "../not-found.ts";
import type { WorkflowStore } from "./ports.ts";

/** A workflow with its draft. @throws BatonError NOT_FOUND */
export async function getWorkflow(workflows: WorkflowStore, caller: Caller, id: string): Promise<Workflow> {
  const workflow = await workflows.get(caller.orgId, id);
  if (workflow === null) throw notFound("workflow");
  return workflow;
}

/** The versions of a workflow, the newest first. @throws BatonError NOT_FOUND */
export async function listVersions(workflows: WorkflowStore, caller: Caller, id: string): Promise<WorkflowVersion[]> {
  await getWorkflow(workflows, caller, id);
  return workflows.versions(caller.orgId, id);
}
