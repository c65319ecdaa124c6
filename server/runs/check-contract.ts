import { BatonError } from "../../engine/errors.ts";
import { isJsonObject, type JsonObject } from "../../engine/json.ts";
import type { ContractCheck } from "../../nodes/catalog/data-contract.ts";
import { createInputCheck, type InputCheck } from "./check-input.ts";

/** Checks the data contracts of nodes with what checks the inputs of runs. Schemas belong to plans, which are kept, so checks are kept with them. */
export function createContractCheck(): ContractCheck {
  const checks = new WeakMap<JsonObject, InputCheck>();
  return (schema, value) => {
    try {
      const known = checks.get(schema) ?? createInputCheck(schema);
      checks.set(schema, known);
      known(value);
      return null;
    } catch (error) {
      if (error instanceof BatonError) return faultOf(error);
      throw error;
    }
  };
}

function faultOf(error: BatonError): string {
  const errors = error.details?.["errors"];
  const first = Array.isArray(errors) ? errors[0] : undefined;
  if (!isJsonObject(first)) return error.message;
  const path = String(first["path"]).replace(/^\/input/, "");
  return `${path === "" ? "it" : path} ${String(first["message"])}.`;
}
