import { BatonError } from "../../engine/errors.ts";
import type { Json, JsonObject } from "../../engine/json.ts";
import type { PlanNode } from "../../engine/workflow/plan.ts";

/** What of a value does not fit a JSON Schema, for people to read; null when it fits. */
export type ContractCheck = (schema: JsonObject, value: Json) => string | null;

/**
 * Holds a step to its data contract. An effect's output may fit the next time; the same input, and what is computed from it, never does.
 * @throws BatonError CONTRACT_BROKEN
 */
export function keepContract(check: ContractCheck, node: PlanNode, side: "input" | "output", value: Json): void {
  const schema = node.contract?.[side];
  const fault = schema === undefined ? null : check(schema, value);
  if (fault === null) return;
  const message = `The ${side} of ${node.name} does not fit its data contract: ${fault}`;
  throw new BatonError("CONTRACT_BROKEN", message, { retryable: side === "output" && node.behaviour === "effect" });
}
