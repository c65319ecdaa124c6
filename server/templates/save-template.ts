import { randomUUID } from "node:crypto";
import type { SaveTemplate } from "../../contracts/api/template.ts";
import { isJsonObject } from "../../engine/json.ts";
import { compile } from "../../engine/workflow/compile.ts";
import type { Catalogue } from "../../engine/workflow/definition.ts";
import { auditEntry } from "../audit.ts";
import { userIdOf, type Caller } from "../auth/caller.ts";
import { notFound } from "../not-found.ts";
import { getWorkflow } from "../workflows/get-workflow.ts";
import type { WorkflowStore } from "../workflows/ports.ts";
import { workflowInvalid } from "../workflows/problems.ts";
import { isId } from "./get-template.ts";
import type { TemplateStore } from "./ports.ts";

/**
 * Keeps a workflow's draft, as it is now, as a template of the organisation. Later changes of the workflow do not change it.
 * @throws BatonError NOT_FOUND, or WORKFLOW_INVALID for a draft that does not compile: a template can be used as it is
 */
export async function saveTemplate(
  parts: { templates: TemplateStore; workflows: WorkflowStore; catalogue: Catalogue },
  caller: Caller,
  given: SaveTemplate,
): Promise<{ slug: string }> {
  const { definition } = await getWorkflow(parts.workflows, caller, given.workflowId);
  const compiled = compile(definition, parts.catalogue);
  if (!compiled.ok) throw workflowInvalid(compiled.problems);
  const { name, description, category, sampleInput } = given;
  const named = isJsonObject(definition) ? { ...definition, name, description } : definition;
  const id = randomUUID();
  await parts.templates.insert(
    { id, orgId: caller.orgId, name, description, category, definition: named, sampleInput, by: userIdOf(caller) },
    auditEntry(caller, "template-saved", { kind: "template", id }, { name, workflow: given.workflowId }),
  );
  return { slug: id };
}

/** Takes a template of the organisation out of its gallery. Workflows that were made from it stay. @throws BatonError NOT_FOUND */
export async function deleteTemplate(
  templates: TemplateStore,
  caller: Caller,
  slug: string,
): Promise<{ slug: string }> {
  const audit = auditEntry(caller, "template-deleted", { kind: "template", id: slug });
  if (!isId(slug) || !(await templates.remove(caller.orgId, slug, audit))) throw notFound("template");
  return { slug };
}
