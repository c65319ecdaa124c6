import { BatonError } from "../../engine/errors.ts";
import type { Json } from "../../engine/json.ts";
import { type ApprovalRequest, approvalRequestSchema } from "../../engine/run/event.ts";
import { approvalConfigSchema } from "./definition.ts";

/** The request a person sees, from the evaluated config. Throws INPUT_INVALID where an expression gave something else than is needed. */
export function approvalRequest(input: Record<string, Json>): ApprovalRequest {
  const config = approvalConfigSchema.safeParse(input);
  const request = config.success ? approvalRequestSchema.safeParse(fitting(config.data)) : config;
  if (request.success) return request.data;
  const issue = request.error.issues[0];
  throw new BatonError(
    "INPUT_INVALID",
    `The approval cannot be asked: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? "its settings are wrong"}.`,
  );
}

/** A recommendation that names no option is dropped: it comes from a model, and the person must still be asked. */
function fitting(config: ReturnType<typeof approvalConfigSchema.parse>): unknown {
  const known = new Set(config.options.map((option) => option.id));
  const { recommended, preselected } = config;
  return {
    ...config,
    title: config.title.slice(0, 500),
    recommended: recommended !== null && known.has(recommended) ? recommended : null,
    preselected: preselected !== null && known.has(preselected) ? preselected : null,
  };
}
