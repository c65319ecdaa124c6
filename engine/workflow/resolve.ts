import { BatonError } from "../errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { evaluateSimple } from "./simple.ts";
import type { Template } from "./template.ts";

export interface Resolving {
  /** Expressions that need the sandbox, in order; often none. `roots` are the names they read. */
  codes: { code: string; roots: string[]; source: string }[];
  /** The value of the template, given the value of each code in the same order. Throws EXPRESSION_FAILED. */
  finish(values: Json[]): Json;
}

/** Starts to evaluate a template: plain references and simple expressions are read here, the rest is handed to the sandbox by the caller. */
export function beginResolve(template: Template, scope: JsonObject): Resolving {
  const codes: Resolving["codes"] = [];
  /** One entry for each expression in order: its value, or null where the sandbox gives it. */
  const known: ({ value: Json } | null)[] = [];
  collect(template, scope, codes, known);
  return {
    codes,
    finish(values) {
      let next = 0;
      let given = 0;
      return build(template, scope, () => {
        const simple = known[next++] ?? null;
        return simple === null ? (values[given++] ?? null) : simple.value;
      });
    },
  };
}

function collect(
  template: Template,
  scope: JsonObject,
  codes: Resolving["codes"],
  known: ({ value: Json } | null)[],
): void {
  if (template.kind === "code") {
    const evaluated = template.simple === null ? null : evaluateSimple(template.simple, scope);
    if (evaluated?.fits === true) known.push({ value: evaluated.value });
    else {
      known.push(null);
      codes.push({ code: template.code, roots: template.roots, source: template.source });
    }
  } else if (template.kind === "text") for (const part of template.parts) collect(part, scope, codes, known);
  else if (template.kind === "list") for (const item of template.items) collect(item, scope, codes, known);
  else if (template.kind === "object") for (const [, field] of template.fields) collect(field, scope, codes, known);
}

function build(template: Template, scope: JsonObject, nextValue: () => Json): Json {
  switch (template.kind) {
    case "literal":
      return template.value;
    case "path":
      return readPath(template, scope);
    case "code":
      return nextValue();
    case "text":
      return template.parts.map((part) => asText(build(part, scope, nextValue))).join("");
    case "list":
      return template.items.map((item) => build(item, scope, nextValue));
    case "object":
      return Object.fromEntries(template.fields.map(([key, field]) => [key, build(field, scope, nextValue)]));
  }
}

/** Reads own properties only: a name that only a prototype has is not there. */
function readPath(path: Extract<Template, { kind: "path" }>, scope: JsonObject): Json {
  let value: Json | undefined = Object.hasOwn(scope, path.root) ? scope[path.root] : undefined;
  if (value === undefined && path.keys.length === 0) return null;
  for (const key of path.keys) {
    if (value === null || value === undefined) {
      if (path.guarded) return null;
      throw new BatonError("EXPRESSION_FAILED", `{{ ${path.source} }}: there is nothing to read "${key}" from.`, {
        details: { expression: path.source },
      });
    }
    value = ownProperty(value, key);
  }
  return value ?? null;
}

function ownProperty(value: Json, key: string | number): Json | undefined {
  if (typeof value === "string") return key === "length" ? value.length : value[Number(key)];
  if (Array.isArray(value))
    return key === "length" ? value.length : Object.hasOwn(value, key) ? value[Number(key)] : undefined;
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** How a value reads inside a text: strings as they are, nothing for null, JSON for lists and objects. */
export function asText(value: Json): string {
  if (value === null) return "";
  return typeof value === "string" ? value : typeof value === "object" ? JSON.stringify(value, null, 2) : String(value);
}
