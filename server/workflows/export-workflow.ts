import type { Json } from "../../engine/json.ts";
import type { Caller } from "../auth/caller.ts";
import { notFound } from "../not-found.ts";
import { getWorkflow } from "./get-workflow.ts";
import type { WorkflowStore } from "./ports.ts";

/** The workflow file of a version or, when none is named, of the draft. @throws BatonError NOT_FOUND */
export async function exportWorkflow(
  workflows: WorkflowStore,
  caller: Caller,
  id: string,
  version: number | undefined,
): Promise<Json> {
  const workflow = await getWorkflow(workflows, caller, id);
  if (version === undefined) return workflow.definition;
  const definition = await workflows.definition(caller.orgId, id, version);
  if (definition === null) throw notFound("version of the workflow");
  return definition;
}
