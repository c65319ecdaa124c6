import { BatonError } from "../../engine/errors.ts";
import type { Json } from "../../engine/json.ts";
import { subWorkflowConfigSchema } from "./definition.ts";

/** Which workflow a step calls, from its evaluated config; an id of null is the run's own workflow, a version of null the newest. */
export function callWorkflow(input: Record<string, Json>): {
  workflowId: string | null;
  version: number | null;
  input: Json;
} {
  const parsed = subWorkflowConfigSchema.safeParse(input);
  if (!parsed.success) {
    throw new BatonError(
      "INPUT_INVALID",
      `The sub-workflow cannot be started: ${parsed.error.issues[0]?.message ?? "its settings are wrong"}.`,
    );
  }
  const { workflow, version } = parsed.data;
  return {
    workflowId: workflow === "self" ? null : workflow,
    version: version === "latest" ? null : version,
    input: parsed.data.input,
  };
}
