import { BatonError } from "../../engine/errors.ts";
import { isJsonObject } from "../../engine/json.ts";
import type { Compute } from "../define-node.ts";

export const computeSwitch: Compute = (input) => {
  const cases = Array.isArray(input["cases"]) ? input["cases"].filter(isJsonObject) : [];
  const holding: string[] = [];
  for (const each of cases) {
    if (typeof each["when"] !== "boolean") {
      const given = JSON.stringify(each["when"] ?? null).slice(0, 80);
      throw new BatonError(
        "EXPRESSION_FAILED",
        `Case "${String(each["port"])}" gave ${given}; it must be true or false.`,
      );
    }
    if (each["when"]) holding.push(String(each["port"]));
  }
  const ports = input["mode"] === "every" ? holding : holding.slice(0, 1);
  return { output: { cases: ports }, ports: ports.length === 0 ? ["default"] : ports };
};
