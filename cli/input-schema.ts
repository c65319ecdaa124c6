import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import type { Json, JsonObject } from "../engine/json.ts";

/** What an input lacks, a line each; none when it fits. */
export type FaultsOf = (input: Json) => string[];

/**
 * Compiles a workflow's input schema (JSON Schema 2020-12). The server checks again, and under a watchdog: here the file is the person's own.
 * @throws Error that says why it is no schema
 */
export function compileInputSchema(schema: JsonObject): FaultsOf {
  const ajv = new Ajv2020({ allErrors: true, strict: false, logger: false });
  formats.default(ajv);
  const { $schema: _dialect, ...rest } = schema;
  const validate = ajv.compile(rest);
  return (input) => (validate(input) ? [] : (validate.errors ?? []).map(faultText));
}

function faultText({ instancePath, message, params }: ErrorObject): string {
  const place = instancePath.slice(1).replaceAll("/", ".") || "the input";
  const extra: unknown = params["additionalProperty"];
  const allowed: unknown = params["allowedValues"];
  const detail = typeof extra === "string" ? ` ("${extra}")` : Array.isArray(allowed) ? `: ${allowed.join(", ")}` : "";
  return `${place}: ${message ?? "does not fit"}${detail}`;
}
