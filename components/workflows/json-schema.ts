import { z } from "zod";
import { runInputBytes } from "../../contracts/api/run.ts";
import { isJsonObject, type Json, type JsonObject } from "../../engine/json.ts";
import { sizeWords } from "../ui/size-words.ts";

/** One field of a form, drawn from a property of a workflow's input schema. */
export interface FormField {
  name: string;
  label: string;
  hint: string;
  required: boolean;
  kind: "text" | "long-text" | "number" | "integer" | "boolean" | "date" | "choice" | "json";
  choices: Json[];
  initial: Json | undefined;
  /** What the JSON of a `json` field must be. */
  shape: "object" | "array" | "any";
}

const propertySchema = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  title: z.string().optional(),
  description: z.string().optional(),
  enum: z.array(z.json()).optional(),
  default: z.json().optional(),
  format: z.string().optional(),
  maxLength: z.number().optional(),
});

/**
 * The fields of an input schema: first what is required, and else as the schema has them (Postgres keeps objects without their order).
 * What no simpler control can hold becomes a JSON field.
 */
export function formFields(schema: unknown): FormField[] {
  if (!isJsonObject(schema) || !isJsonObject(schema["properties"])) return [];
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  const fields = Object.entries(schema["properties"]).map(([name, raw]): FormField => {
    const property = propertySchema.catch({}).parse(raw);
    return {
      name,
      label: property.title ?? sentence(name),
      hint: property.description ?? "",
      required: required.includes(name),
      kind: kindOf(property),
      choices: property.enum ?? [],
      initial: property.default,
      shape: property.type === "array" ? "array" : property.type === "object" ? "object" : "any",
    };
  });
  return fields.toSorted((a, b) => Number(b.required) - Number(a.required));
}

function kindOf(property: z.infer<typeof propertySchema>): FormField["kind"] {
  if (property.enum !== undefined && property.enum.length > 0) return "choice";
  switch (property.type) {
    case "string":
      if (property.format === "date") return "date";
      // Only what is said to be short gets one line: material for agents is usually pages long.
      return property.maxLength !== undefined && property.maxLength <= 200 ? "text" : "long-text";
    case "number":
      return "number";
    case "integer":
      return "integer";
    case "boolean":
      return "boolean";
    default:
      return "json";
  }
}

function sentence(name: string): string {
  const words = name
    .replaceAll(/([a-z\d])([A-Z])/g, "$1 $2")
    .replaceAll(/[_-]+/g, " ")
    .trim()
    .toLowerCase();
  return words === "" ? name : words.charAt(0).toUpperCase() + words.slice(1);
}

/** What stands in the form at first: each field as the text of its control. */
export function initialTexts(fields: readonly FormField[]): Record<string, string> {
  return Object.fromEntries(fields.map((field) => [field.name, textOf(field)]));
}

function textOf(field: FormField): string {
  const { initial, kind } = field;
  if (kind === "choice") return String(Math.max(-1, initial === undefined ? -1 : field.choices.indexOf(initial)));
  if (initial === undefined) return kind === "boolean" ? "false" : "";
  return typeof initial === "string" && kind !== "json" ? initial : JSON.stringify(initial, null, 2);
}

export type FormResult = { ok: true; input: JsonObject } | { ok: false; faults: Record<string, string> };

/** The run's input from the texts of the form, or what is wrong by field. Empty optional fields are left out. */
export function readForm(fields: readonly FormField[], texts: Readonly<Record<string, string>>): FormResult {
  const input: JsonObject = {};
  const faults: Record<string, string> = {};
  for (const field of fields) {
    const text = texts[field.name] ?? "";
    const empty = field.kind === "choice" ? text === "-1" || text === "" : text.trim() === "";
    if (empty) {
      if (field.required) faults[field.name] = "This is needed to start.";
      continue;
    }
    const read = readField(field, text);
    if (read.ok) input[field.name] = read.value;
    else faults[field.name] = read.fault;
  }
  if (Object.keys(faults).length > 0) return { ok: false, faults };
  const tooLarge = sizeFault(input);
  return tooLarge === null ? { ok: true, input } : { ok: false, faults: tooLarge };
}

/** An input past what a run takes, told at the field that holds most of it; null when it fits. */
function sizeFault(input: JsonObject): Record<string, string> | null {
  const whole = bytesOf(input);
  if (whole <= runInputBytes) return null;
  const [largest] = Object.entries(input).toSorted(([, one], [, other]) => bytesOf(other) - bytesOf(one));
  if (largest === undefined) return null;
  const [name, value] = largest;
  return {
    [name]: `This has ${sizeWords(bytesOf(value))}, and a run takes ${sizeWords(runInputBytes)} of input in all. Nothing is lost: shorten it here, or split it over several runs.`,
  };
}

function bytesOf(value: Json): number {
  return new TextEncoder().encode(JSON.stringify(value)).byteLength;
}

function readField(field: FormField, text: string): { ok: true; value: Json } | { ok: false; fault: string } {
  switch (field.kind) {
    case "text":
    case "long-text":
    case "date":
      return { ok: true, value: text };
    case "boolean":
      return { ok: true, value: text === "true" };
    case "choice":
      return { ok: true, value: field.choices[Number(text)] ?? null };
    case "number":
    case "integer": {
      const value = Number(text);
      if (!Number.isFinite(value)) return { ok: false, fault: "This must be a number." };
      if (field.kind === "integer" && !Number.isInteger(value))
        return { ok: false, fault: "This must be a whole number." };
      return { ok: true, value };
    }
    case "json":
      return readJson(field, text);
  }
}

function readJson(field: FormField, text: string): { ok: true; value: Json } | { ok: false; fault: string } {
  const parsed = z
    .string()
    .transform((source, context): Json => {
      try {
        return z.json().parse(JSON.parse(source));
      } catch (problem) {
        context.addIssue({ code: "custom", message: problem instanceof Error ? problem.message : "is not JSON" });
        return z.NEVER;
      }
    })
    .safeParse(text);
  if (!parsed.success)
    return { ok: false, fault: `This is not JSON: ${parsed.error.issues[0]?.message ?? "it cannot be read"}` };
  if (field.shape === "array" && !Array.isArray(parsed.data))
    return { ok: false, fault: "This must be a list: [ … ]." };
  if (field.shape === "object" && !isJsonObject(parsed.data))
    return { ok: false, fault: "This must be an object: { … }." };
  return { ok: true, value: parsed.data };
}
