import { isJsonObject, type Json } from "../../engine/json.ts";
import type { Compute } from "../define-node.ts";

export const computeSet: Compute = (input) => {
  const vars: Record<string, Json> = {};
  for (const each of Array.isArray(input["assignments"]) ? input["assignments"] : []) {
    if (isJsonObject(each) && typeof each["name"] === "string") vars[each["name"]] = each["value"] ?? null;
  }
  return { output: vars, vars };
};
