import { isJsonObject, type Json, type JsonObject } from "../../../engine/json.ts";

export type FieldType = "string" | "number" | "integer" | "boolean" | "array" | "object" | "other";

/** One field of a JSON Schema object as people edit it. What the form does not show is kept in `rest`. */
export interface SchemaRow {
  name: string;
  type: FieldType;
  /** Of the items, for a list. */
  items: FieldType;
  required: boolean;
  title: string;
  description: string;
  /** The schema as it was written, with everything else in it. */
  rest: JsonObject;
}

const types: readonly FieldType[] = ["string", "number", "integer", "boolean", "array", "object"];

/** The fields of a schema, in order; null when it is not an object with fields, which is then edited as JSON. */
export function rowsOf(schema: Json): SchemaRow[] | null {
  if (!isJsonObject(schema)) return null;
  if (schema["type"] !== undefined && schema["type"] !== "object") return null;
  const { properties = {}, required } = schema;
  if (!isJsonObject(properties)) return null;
  const needed = Array.isArray(required) ? required : [];
  return Object.entries(properties).map(([name, raw]) => {
    const rest = isJsonObject(raw) ? raw : {};
    const items = isJsonObject(rest["items"]) ? typeOf(rest["items"]) : "other";
    return {
      name,
      type: typeOf(rest),
      items,
      required: needed.includes(name),
      title: typeof rest["title"] === "string" ? rest["title"] : "",
      description: typeof rest["description"] === "string" ? rest["description"] : "",
      rest,
    };
  });
}

function typeOf(schema: JsonObject): FieldType {
  return types.find((type) => type === schema["type"]) ?? "other";
}

/** The schema with these fields in place of its own; everything else in it stays. */
export function withRows(schema: Json, rows: readonly SchemaRow[]): JsonObject {
  const base = isJsonObject(schema) ? schema : {};
  const required = rows.filter((row) => row.required).map((row) => row.name);
  const { required: _required, properties: _properties, ...rest } = base;
  return {
    ...rest,
    type: "object",
    properties: Object.fromEntries(rows.map((row) => [row.name, schemaOfRow(row)])),
    ...(required.length === 0 ? {} : { required }),
  };
}

function schemaOfRow(row: SchemaRow): JsonObject {
  const { title: _title, description: _description, ...kept } = row.rest;
  const same = typeOf(row.rest) === row.type;
  const base = same ? kept : {};
  const made: JsonObject = {
    ...base,
    ...(row.type === "other" ? {} : { type: row.type }),
    ...(row.title === "" ? {} : { title: row.title }),
    ...(row.description === "" ? {} : { description: row.description }),
  };
  if (row.type !== "array") return made;
  const before = isJsonObject(base["items"]) ? base["items"] : {};
  if (row.items === "other") return made;
  return { ...made, items: typeOf(before) === row.items ? before : { type: row.items } };
}

/** A field that was just added. */
export function freshRow(rows: readonly SchemaRow[]): SchemaRow {
  let number = rows.length + 1;
  while (rows.some((row) => row.name === `field_${number}`)) number += 1;
  return {
    name: `field_${number}`,
    type: "string",
    items: "other",
    required: true,
    title: "",
    description: "",
    rest: {},
  };
}
