import { randomUUID } from "node:crypto";
import type { FieldProblem } from "../../contracts/api/problem.ts";
import type { Json } from "../../engine/json.ts";
import { compile } from "../../engine/workflow/compile.ts";
import { parseWorkflowFile } from "../../engine/workflow/parse.ts";
import type { Catalogue } from "../../engine/workflow/definition.ts";
import { agentProblems } from "../agents/check-references.ts";
import type { AgentStore } from "../agents/ports.ts";
import { auditEntry } from "../audit.ts";
import { userIdOf, type Caller } from "../auth/caller.ts";
import { checkInputSchema } from "../runs/check-input.ts";
import type { WorkflowStore } from "./ports.ts";
import { warningsOf, workflowInvalid } from "./problems.ts";

export interface Imported {
  id: string;
  version: number | null;
  revision: number;
  warnings: FieldProblem[];
}

/**
 * Stores a workflow file as a new workflow with version 1 published; as a draft, it need only parse and gets no version.
 * @throws BatonError WORKFLOW_INVALID with each problem; nothing is stored then
 */
export async function importWorkflow(
  parts: { workflows: WorkflowStore; catalogue: Catalogue; agents: Pick<AgentStore, "known"> },
  caller: Caller,
  source: Json,
  options: { draft: boolean },
): Promise<Imported> {
  const parsed = parseWorkflowFile(source);
  if (!parsed.ok) throw workflowInvalid(parsed.problems);
  checkInputSchema(parsed.file.input);
  const compiled = compile(source, parts.catalogue);
  if (!compiled.ok && !options.draft) throw workflowInvalid(compiled.problems);
  if (!options.draft) {
    const missing = await agentProblems(parts.agents, caller.orgId, parsed.file);
    if (missing.length > 0) throw workflowInvalid(missing);
  }

  const id = randomUUID();
  await parts.workflows.insert(
    {
      id,
      orgId: caller.orgId,
      name: parsed.file.name,
      description: parsed.file.description,
      definition: source,
      publish: !options.draft,
      by: userIdOf(caller),
    },
    auditEntry(caller, "workflow-imported", { kind: "workflow", id }, { name: parsed.file.name, draft: options.draft }),
  );
  return { id, version: options.draft ? null : 1, revision: 1, warnings: warningsOf(compiled.problems) };
}
