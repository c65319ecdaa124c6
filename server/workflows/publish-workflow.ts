import type { FieldProblem } from "../../contracts/api/problem.ts";
import { compile } from "../../engine/workflow/compile.ts";
import { missingCredentials } from "../../engine/workflow/missing-credentials.ts";
import type { Catalogue } from "../../engine/workflow/definition.ts";
import { agentProblems } from "../agents/check-references.ts";
import type { AgentStore } from "../agents/ports.ts";
import { auditEntry } from "../audit.ts";
import { userIdOf, type Caller } from "../auth/caller.ts";
import type { CredentialStore } from "../credentials/ports.ts";
import { notFound } from "../not-found.ts";
import { checkInputSchema } from "../runs/check-input.ts";
import { brokenCallers } from "./check-callers.ts";
import { getWorkflow } from "./get-workflow.ts";
import type { WorkflowStore } from "./ports.ts";
import { warningsOf, workflowInvalid } from "./problems.ts";
import { revisionConflict } from "./update-workflow.ts";

/**
 * Makes the draft a new immutable version, which runs start on from now.
 * @throws BatonError WORKFLOW_INVALID for a draft that does not compile; CONFLICT when it changed in between; WORKFLOW_CONTRACT_BREAKS
 * naming the workflows that call this one with less than it asks for now
 */
export async function publishWorkflow(
  parts: {
    workflows: WorkflowStore;
    catalogue: Catalogue;
    credentials: Pick<CredentialStore, "names">;
    agents: Pick<AgentStore, "known">;
  },
  caller: Caller,
  id: string,
  options: { revision?: number | undefined; note: string; acceptBreaking: boolean },
): Promise<{ id: string; version: number; warnings: FieldProblem[] }> {
  const draft = await getWorkflow(parts.workflows, caller, id);
  if (options.revision !== undefined && options.revision !== draft.revision) {
    throw revisionConflict(options.revision, draft);
  }
  const compiled = compile(draft.definition, parts.catalogue);
  if (!compiled.ok) throw workflowInvalid(compiled.problems);
  const { file } = compiled.plan;
  const missing = missingCredentials(file, parts.catalogue, new Set(await parts.credentials.names(caller.orgId)));
  missing.push(...(await agentProblems(parts.agents, caller.orgId, file)));
  if (missing.length > 0) throw workflowInvalid(missing);
  checkInputSchema(file.input);
  const breaks = await brokenCallers(parts.workflows, caller.orgId, draft, file.input);
  if (breaks !== null && !options.acceptBreaking) throw breaks.error;

  const published = await parts.workflows.publish(
    {
      orgId: caller.orgId,
      id,
      revision: draft.revision,
      definition: draft.definition,
      note: options.note,
      by: userIdOf(caller),
    },
    auditEntry(
      caller,
      "workflow-published",
      { kind: "workflow", id },
      { revision: draft.revision, note: options.note, ...(breaks === null ? {} : { broke: breaks.count }) },
    ),
  );
  if (published === null) throw notFound("workflow");
  if (published === "conflict") {
    throw revisionConflict(draft.revision, await getWorkflow(parts.workflows, caller, id));
  }
  return { id, version: published.version, warnings: warningsOf(compiled.problems) };
}
