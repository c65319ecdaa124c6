import type { Json } from "../../engine/json.ts";
import { isJsonObject } from "../../engine/json.ts";
import type { Catalogue } from "../../engine/workflow/definition.ts";
import type { AgentStore } from "../agents/ports.ts";
import type { Caller } from "../auth/caller.ts";
import { importWorkflow } from "../workflows/import-workflow.ts";
import type { WorkflowStore } from "../workflows/ports.ts";
import { findTemplate, type TemplateParts } from "./get-template.ts";

/** Makes a workflow of the organisation's own from a template. @throws BatonError NOT_FOUND */
export async function useTemplate(
  parts: TemplateParts & { workflows: WorkflowStore; catalogue: Catalogue; agents: Pick<AgentStore, "known"> },
  caller: Caller,
  slug: string,
  name: string | undefined,
): Promise<{ id: string; version: number }> {
  const { source } = await findTemplate(parts, caller, slug);
  const named: Json = name !== undefined && isJsonObject(source) ? { ...source, name } : source;
  const imported = await importWorkflow(parts, caller, named, { draft: false });
  return { id: imported.id, version: imported.version ?? 1 };
}
