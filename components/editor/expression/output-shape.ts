import { isJsonObject, type Json } from "../../../engine/json.ts";
import type { WorkflowNode } from "../../../engine/workflow/file.ts";

/** Levels of a value that are offered for completion. */
const deepest = 4;

/** What a step's `outputs` will hold, as far as its settings tell: names to complete before it has ever run. */
export function outputShape(node: WorkflowNode): Json {
  const { config } = node;
  switch (node.type) {
    case "agent":
      return isJsonObject(config["outputSchema"]) ? shapeOfSchema(config["outputSchema"]) : { text: "" };
    case "http":
      return { status: 200, headers: {}, body: {} };
    case "approval":
      return { decision: "", comment: "", fields: approvalFields(config["fields"]), by: {}, expired: false };
    case "loop":
      return { results: [], missing: [], count: 0 };
    case "transform":
    case "output":
      return isJsonObject(config["value"]) ? config["value"] : null;
    default:
      return null;
  }
}

function approvalFields(fields: Json | undefined): Json {
  if (!Array.isArray(fields)) return {};
  return Object.fromEntries(
    fields.flatMap((field): [string, Json][] =>
      isJsonObject(field) && typeof field["name"] === "string" ? [[field["name"], ""]] : [],
    ),
  );
}

/** An example of what a JSON Schema describes, as far as names go. */
export function shapeOfSchema(schema: Json, depth = 0): Json {
  if (!isJsonObject(schema) || depth > deepest) return null;
  const { type, properties } = schema;
  if (isJsonObject(properties)) {
    return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, shapeOfSchema(value, depth + 1)]));
  }
  switch (Array.isArray(type) ? type[0] : type) {
    case "string":
      return "";
    case "number":
    case "integer":
      return 0;
    case "boolean":
      return false;
    case "array":
      return [];
    case "object":
      return {};
    default:
      return null;
  }
}
