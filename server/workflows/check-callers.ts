import { BatonError } from "../../engine/errors.ts";
import { isJsonObject, type JsonObject } from "../../engine/json.ts";
import { incompatibilities } from "../../engine/workflow/compatibility.ts";
import type { CallingStep, WorkflowStore } from "./ports.ts";

export interface Breaks {
  /** Steps that would meet it. */
  count: number;
  error: BatonError;
}

/**
 * What publishing a draft with this input breaks for workflows that call the newest version as a sub-workflow: its input is what they were
 * promised to be enough. Null where it breaks nothing, or nobody calls it.
 */
export async function brokenCallers(
  workflows: Pick<WorkflowStore, "definition" | "callers">,
  orgId: string,
  draft: { id: string; name: string; publishedVersion: number | null },
  input: JsonObject,
): Promise<Breaks | null> {
  if (draft.publishedVersion === null) return null;
  const before = await workflows.definition(orgId, draft.id, draft.publishedVersion);
  const promised = isJsonObject(before) && isJsonObject(before["input"]) ? before["input"] : { type: "object" };
  if (incompatibilities(promised, input, "input").length === 0) return null;
  const callers = await workflows.callers(orgId, draft.id);
  const steps = callers.filter((step) => incompatibilities(givenBy(step, promised), input, "input").length > 0);
  const [first] = steps.flatMap((step) => incompatibilities(givenBy(step, promised), input, "input"));
  if (first === undefined) return null;
  const count = new Set(steps.map(({ workflowName }) => workflowName)).size;
  const error = new BatonError(
    "WORKFLOW_CONTRACT_BREAKS",
    `The new input of ${draft.name} breaks ${count === 1 ? "one workflow that runs" : `${count} workflows that run`} its newest version as a sub-workflow ` +
      `(input ${first.path} ${first.message}). Nothing was published: keep the input, pin those steps to a version, or publish all the same (acceptBreaking).`,
    {
      details: {
        errors: steps.map((step) => ({
          path: "/input",
          code: "breaks-workflow",
          message: `${step.workflowName} (${step.where}), step ${step.nodeName}`,
          node: step.node,
        })),
      },
    },
  );
  return { count: steps.length, error };
}

/** What a step gives: what was promised to be enough, and always those fields that its own settings name. */
function givenBy({ input }: CallingStep, promised: JsonObject): JsonObject {
  const required = Array.isArray(promised["required"]) ? promised["required"] : [];
  return isJsonObject(input) ? { ...promised, required: [...required, ...Object.keys(input)] } : promised;
}
