import type { Workflow } from "../../contracts/api/workflow.ts";
import { BatonError } from "../../engine/errors.ts";
import type { Json } from "../../engine/json.ts";
import { parseWorkflowFile } from "../../engine/workflow/parse.ts";
import { auditEntry } from "../audit.ts";
import { userIdOf, type Caller } from "../auth/caller.ts";
import { notFound } from "../not-found.ts";
import { checkInputSchema } from "../runs/check-input.ts";
import { getWorkflow } from "./get-workflow.ts";
import type { WorkflowStore } from "./ports.ts";
import { workflowInvalid } from "./problems.ts";

/**
 * Saves a draft over the revision it was made from. A draft may be incomplete, but it parses.
 * @throws BatonError WORKFLOW_INVALID, NOT_FOUND, or CONFLICT with the draft that is stored, so that nobody's work is lost
 */
export async function updateWorkflow(
  workflows: WorkflowStore,
  caller: Caller,
  id: string,
  change: { revision: number; definition: Json },
): Promise<Workflow> {
  const parsed = parseWorkflowFile(change.definition);
  if (!parsed.ok) throw workflowInvalid(parsed.problems);
  checkInputSchema(parsed.file.input);
  const saved = await workflows.saveDraft(
    {
      orgId: caller.orgId,
      id,
      revision: change.revision,
      name: parsed.file.name,
      description: parsed.file.description,
      definition: change.definition,
      by: userIdOf(caller),
    },
    auditEntry(caller, "workflow-updated", { kind: "workflow", id }, { revision: change.revision + 1 }),
  );
  if (saved === null) throw notFound("workflow");
  const stored = await getWorkflow(workflows, caller, id);
  if (saved === "conflict") throw revisionConflict(change.revision, stored);
  return stored;
}

/** Somebody saved in between: says so, and gives what is stored beside what the caller still has. */
export function revisionConflict(revision: number, stored: Workflow): BatonError {
  return new BatonError(
    "CONFLICT",
    `The workflow is at revision ${stored.revision} and this change was made on revision ${revision}. ` +
      "Nothing was overwritten: merge your change into the stored draft (in `current`) and save with its revision.",
    { details: { current: { ...stored } } },
  );
}
