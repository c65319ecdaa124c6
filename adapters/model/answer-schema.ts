import { Ajv } from "ajv";
import type { ErrorObject, ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import { BatonError } from "../../engine/errors.ts";
import { isJsonObject } from "../../engine/json.ts";
import type { Json, JsonObject } from "../../engine/json.ts";

/** How an answer's JSON Schema goes to a provider, and how what comes back is checked. */
export interface AnswerSchema {
  /** As the provider gets it. */
  format: { name: string; schema: JsonObject; strict: boolean };
  /** The value in a text, or what is wrong with it in words that a model and a person understand. */
  read(text: string): { ok: true; value: Json } | { ok: false; problem: string };
}

/** Prepares a schema. Throws WORKFLOW_INVALID when it is no valid JSON Schema. */
export function answerSchema(asked: { name: string; schema: JsonObject }): AnswerSchema {
  // Providers take objects only, so a list or a single value travels in one.
  const wrapped = asked.schema["type"] !== "object" && !("properties" in asked.schema);
  const { $defs, ...inner } = asked.schema;
  const schema: JsonObject = wrapped
    ? {
        type: "object",
        properties: { value: inner },
        required: ["value"],
        additionalProperties: false,
        ...($defs === undefined ? {} : { $defs }),
      }
    : asked.schema;
  const validate = compile(schema);
  return {
    format: { name: asked.name.replaceAll(/[^\w-]/g, "_").slice(0, 64) || "answer", schema, strict: isStrict(schema) },
    read(text) {
      const json = parse(text);
      if (json === undefined) return { ok: false, problem: "it is not JSON" };
      if (!validate(json)) return { ok: false, problem: describe(validate.errors ?? []) };
      return { ok: true, value: wrapped && isJsonObject(json) ? (json["value"] ?? null) : json };
    },
  };
}

const compiled = new Map<string, ValidateFunction>();

function compile(schema: JsonObject): ValidateFunction {
  const key = JSON.stringify(schema);
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const ajv = new Ajv({ strict: false, allErrors: true, addUsedSchema: false });
  addFormats.default(ajv, { mode: "fast" });
  // Authors write these patterns, and a catastrophic one would hold up the whole worker. The provider still sees them.
  ajv.removeKeyword("pattern").removeKeyword("patternProperties");
  try {
    const validate = ajv.compile(schema);
    if (compiled.size >= 500) compiled.clear();
    compiled.set(key, validate);
    return validate;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.slice(0, 300) : "";
    throw new BatonError(
      "WORKFLOW_INVALID",
      `The answer's JSON Schema cannot be used: ${reason}. Mend it in the node.`,
      {
        cause,
      },
    );
  }
}

/** The JSON of an answer, also where a model puts it in a code fence or says a word before it. */
function parse(text: string): Json | undefined {
  const fenced = /```(?:json)?\s*\n([\s\S]*?)\n?```/.exec(text)?.[1];
  const from = text.search(/[[{]/);
  const to = Math.max(text.lastIndexOf("}"), text.lastIndexOf("]"));
  for (const candidate of [text, fenced, from >= 0 && to > from ? text.slice(from, to + 1) : undefined]) {
    if (candidate === undefined) continue;
    try {
      return JSON.parse(candidate) as Json;
    } catch {
      // Not this form; the next one may be.
      continue;
    }
  }
  return undefined;
}

function describe(errors: ErrorObject[]): string {
  const said = errors.slice(0, 5).map((error) => {
    const where = error.instancePath === "" ? "the answer" : error.instancePath.slice(1).replaceAll("/", ".");
    const allowed = "allowedValues" in error.params ? `: ${JSON.stringify(error.params["allowedValues"])}` : "";
    return `${where} ${error.message ?? "is wrong"}${allowed}`;
  });
  return said.join("; ") + (errors.length > 5 ? `; and ${errors.length - 5} more` : "");
}

const notStrict = new Set(
  "allOf not if then else oneOf dependentRequired dependentSchemas patternProperties unevaluatedProperties propertyNames".split(
    " ",
  ),
);

/**
 * Whether providers can hold the model to this schema while it writes: every object closed and all of its properties
 * required, and none of the keywords that they do not support.
 */
export function isStrict(schema: Json): boolean {
  if (Array.isArray(schema)) return schema.every(isStrict);
  if (!isJsonObject(schema)) return true;
  if (Object.keys(schema).some((keyword) => notStrict.has(keyword))) return false;
  const properties = schema["properties"];
  if (schema["type"] === "object" || properties !== undefined) {
    const names = isJsonObject(properties) ? Object.keys(properties) : [];
    const required = Array.isArray(schema["required"]) ? schema["required"] : [];
    if (schema["additionalProperties"] !== false || !names.every((name) => required.includes(name))) return false;
  }
  const parts: Json[] = [schema["items"] ?? true, schema["anyOf"] ?? true];
  for (const group of [properties, schema["$defs"], schema["definitions"]]) {
    if (isJsonObject(group)) parts.push(...Object.values(group));
  }
  return parts.every(isStrict);
}
