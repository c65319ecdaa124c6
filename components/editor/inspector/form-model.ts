import { z } from "zod";
import type { Json } from "../../../engine/json.ts";
import { templateText } from "../../../nodes/define-node.ts";

/** What a field of a node's settings can hold, and so which control draws it. */
export type FieldShape =
  | { kind: "text"; long: boolean }
  | { kind: "number"; integer: boolean; min: number | null; max: number | null; duration: boolean }
  | { kind: "boolean" }
  | { kind: "choice"; options: string[] }
  /** One of a few words, or a number: `all`, `first` or 3. */
  | { kind: "choice-or-number"; options: string[]; min: number; max: number }
  /** Any of a few words. */
  | { kind: "choices"; options: string[] }
  | { kind: "object"; fields: FieldModel[] }
  | { kind: "list"; item: FieldModel; itemName: string; most: number }
  | { kind: "record"; value: FieldModel }
  /** An object whose fields depend on one of them. */
  | { kind: "variants"; key: string; variants: { value: string; fields: FieldModel[] }[] }
  | { kind: "schema" }
  /** The name of one of the organisation's credentials. */
  | { kind: "credential" }
  /** One of the registered agents, at a version or at its newest. */
  | { kind: "agent" }
  | { kind: "json" };

export interface FieldModel {
  key: string;
  label: string;
  help: string;
  required: boolean;
  /** True where null says "none". */
  nullable: boolean;
  /** What holds when nothing is written. */
  fallback: Json | undefined;
  /** True where a `{{ reference }}` may stand in place of the value. */
  template: boolean;
  /** Kept out of sight until somebody opens "More". */
  rare: boolean;
  placeholder: string;
  /** Short enough to stand beside another one. */
  half: boolean;
  shape: FieldShape;
}

interface Meta {
  title?: string | undefined;
  description?: string | undefined;
  control?: unknown;
  rare?: unknown;
  placeholder?: unknown;
  half?: unknown;
  item?: unknown;
  examples?: unknown;
}

/** The fields of a node's settings, read off its zod schema. */
export function formOf(schema: z.ZodType): FieldShape {
  return shapeOf(peel(schema).inner, "", {});
}

interface Peeled {
  inner: z.core.$ZodType;
  required: boolean;
  nullable: boolean;
  fallback: Json | undefined;
  meta: Meta;
}

/** Takes wrappers off: default, optional, nullable. What an outer layer says of itself holds before what an inner one says. */
function peel(schema: z.core.$ZodType): Peeled {
  const peeled: Peeled = { inner: schema, required: true, nullable: false, fallback: undefined, meta: {} };
  for (;;) {
    peeled.meta = { ...metaOf(peeled.inner), ...peeled.meta };
    const { inner } = peeled;
    if (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault) {
      peeled.required = false;
      peeled.fallback ??= inner.def.defaultValue as Json;
      peeled.inner = inner.def.innerType;
    } else if (inner instanceof z.ZodOptional) {
      peeled.required = false;
      peeled.inner = inner.def.innerType;
    } else if (inner instanceof z.ZodNullable) {
      peeled.nullable = true;
      peeled.inner = inner.def.innerType;
    } else return peeled;
  }
}

function metaOf(schema: z.core.$ZodType): Meta {
  return (z.globalRegistry.get(schema) ?? {}) as Meta;
}

function fieldOf(key: string, schema: z.core.$ZodType): FieldModel {
  const { inner, required, nullable, fallback, meta } = peel(schema);
  let core = inner;
  let template = false;
  let said = meta;
  if (inner instanceof z.ZodUnion && inner.def.options.some((option) => option === templateText)) {
    template = true;
    core = inner.def.options.find((option) => option !== templateText) ?? inner;
    said = { ...metaOf(core), ...meta };
  }
  const shape = shapeOf(core, key, said);
  return {
    key,
    label: said.title ?? sentence(key.replace(/Ms$/, "")),
    help: helpOf(said),
    required: required && !nullable,
    nullable,
    fallback,
    template: template || shape.kind === "text" || shape.kind === "json" || isNumberOrText(core),
    rare: said.rare === true,
    placeholder: typeof said.placeholder === "string" ? said.placeholder : "",
    half: said.half === true || isShort(core),
    shape,
  };
}

/** What a setting is for and, where the definition gives one, an example of it. */
function helpOf({ description = "", examples }: Meta): string {
  const [example] = Array.isArray(examples) ? (examples as unknown[]) : [];
  if (example === undefined) return description;
  return `${description} For example ${typeof example === "string" ? example : JSON.stringify(example)}`.trim();
}

function isShort(schema: z.core.$ZodType): boolean {
  if (schema instanceof z.ZodString) return (schema.maxLength ?? Infinity) <= 200;
  return schema instanceof z.ZodEnum || schema instanceof z.ZodBoolean || schema instanceof z.ZodNumber;
}

function shapeOf(schema: z.core.$ZodType, key: string, meta: Meta): FieldShape {
  if (meta.control === "schema") return { kind: "schema" };
  if (meta.control === "agent") return { kind: "agent" };
  if (meta.control === "credential") return { kind: "credential" };
  if (schema instanceof z.ZodString)
    return { kind: "text", long: (schema.maxLength ?? 0) > 4_000 || meta.control === "long" };
  if (schema instanceof z.ZodNumber) {
    const min = finite(schema.minValue);
    const max = finite(schema.maxValue);
    return {
      kind: "number",
      integer: schema.format === "safeint",
      min,
      max,
      duration: key.endsWith("Ms") || meta.control === "duration",
    };
  }
  if (schema instanceof z.ZodBoolean) return { kind: "boolean" };
  if (schema instanceof z.ZodEnum) return { kind: "choice", options: schema.options.map(String) };
  if (schema instanceof z.ZodObject) return { kind: "object", fields: fieldsOf(schema) };
  if (schema instanceof z.ZodRecord) return { kind: "record", value: fieldOf("value", schema.def.valueType) };
  if (schema instanceof z.ZodArray) {
    const item = fieldOf("", schema.def.element);
    if (item.shape.kind === "choice") return { kind: "choices", options: item.shape.options };
    if (item.shape.kind === "json") return { kind: "json" };
    return { kind: "list", item, itemName: typeof meta.item === "string" ? meta.item : "Item", most: 100 };
  }
  if (schema instanceof z.ZodDiscriminatedUnion) return variantsOf(schema);
  if (schema instanceof z.ZodUnion) return unionOf(schema, key, meta);
  return { kind: "json" };
}

function finite(value: number | null | undefined): number | null {
  return value === null || value === undefined || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? null : value;
}

function fieldsOf(schema: z.ZodObject): FieldModel[] {
  return Object.entries(schema.def.shape).map(([key, field]) => fieldOf(key, field));
}

function variantsOf(schema: z.ZodDiscriminatedUnion): FieldShape {
  const key = schema.def.discriminator;
  const variants = schema.def.options.flatMap((option) => {
    if (!(option instanceof z.ZodObject)) return [];
    const mark: unknown = option.def.shape[key];
    if (!(mark instanceof z.ZodLiteral)) return [];
    const fields = fieldsOf(option).filter((field) => field.key !== key);
    return [{ value: String(mark.def.values[0]), fields }];
  });
  return { kind: "variants", key, variants };
}

function unionOf(schema: z.ZodUnion, key: string, meta: Meta): FieldShape {
  const shapes = schema.def.options.map((option) => shapeOf(peel(option).inner, key, meta));
  const choice = shapes.find((shape) => shape.kind === "choice");
  const number = shapes.find((shape) => shape.kind === "number");
  if (number !== undefined && isNumberOrText(schema)) return number;
  if (shapes.length === 2 && choice !== undefined && number !== undefined) {
    return { kind: "choice-or-number", options: choice.options, min: number.min ?? 0, max: number.max ?? 1_000_000 };
  }
  return schema.def.options.some((option) => option instanceof z.ZodString || isTextFormat(option))
    ? { kind: "text", long: false }
    : { kind: "json" };
}

/** A number, or a text that gives one: drawn as a number whose place an expression can take. */
function isNumberOrText(schema: z.core.$ZodType): boolean {
  return (
    schema instanceof z.ZodUnion &&
    schema.def.options.length === 2 &&
    schema.def.options.some((option) => option instanceof z.ZodNumber) &&
    schema.def.options.some(isTextFormat)
  );
}

function isTextFormat(schema: z.core.$ZodType): boolean {
  return schema._zod.def.type === "string";
}

/** `maxIterations` reads "Max iterations". */
export function sentence(name: string): string {
  const words = name
    .replaceAll(/([a-z\d])([A-Z])/g, "$1 $2")
    .replaceAll(/[_-]+/g, " ")
    .trim()
    .toLowerCase();
  return words === "" ? name : words.charAt(0).toUpperCase() + words.slice(1);
}

/** A value to begin with where a field, or an item of a list, is added. */
export function firstValue(field: FieldModel): Json {
  if (field.fallback !== undefined) return structuredClone(field.fallback);
  const { shape } = field;
  switch (shape.kind) {
    case "text":
    case "credential":
      return "";
    case "number":
      return shape.min ?? 0;
    case "boolean":
      return field.template ? "{{ true }}" : false;
    case "choice":
    case "choice-or-number":
      return shape.options[0] ?? "";
    case "choices":
    case "list":
      return [];
    case "object":
      return Object.fromEntries(
        shape.fields.filter((each) => each.required).map((each): [string, Json] => [each.key, firstValue(each)]),
      );
    case "variants": {
      const [first] = shape.variants;
      return { [shape.key]: first?.value ?? "" };
    }
    case "agent":
      return null;
    case "record":
    case "schema":
      return {};
    case "json":
      return "";
  }
}

/** The settings after a variant was chosen: what both have stays, what the new one needs is filled in. */
export function switchVariant(
  shape: Extract<FieldShape, { kind: "variants" }>,
  config: Readonly<Record<string, Json>>,
  value: string,
): Record<string, Json> {
  const variant = shape.variants.find((each) => each.value === value);
  const next: Record<string, Json> = { [shape.key]: value };
  for (const field of variant?.fields ?? []) {
    const kept = config[field.key];
    if (kept !== undefined) next[field.key] = kept;
    else if (field.required) next[field.key] = firstOf(field);
  }
  return next;
}

function firstOf(field: FieldModel): Json {
  return field.template && field.shape.kind === "json" ? "{{ input }}" : firstValue(field);
}
