import { BatonError } from "../../engine/errors.ts";
import type { Compute } from "../define-node.ts";

export const computeCondition: Compute = (input) => {
  const value = input["expression"];
  if (typeof value !== "boolean") {
    const given = JSON.stringify(value ?? null).slice(0, 80);
    throw new BatonError(
      "EXPRESSION_FAILED",
      `The condition gave ${given}; it must be true or false. Compare it with something.`,
    );
  }
  return { output: { value }, ports: [String(value)] };
};
