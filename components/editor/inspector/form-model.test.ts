import { describe, expect, test } from "vitest";
import { definitions, definitionsByType } from "../../../nodes/catalog/definitions.ts";
import { firstValue, type FieldModel, type FieldShape, formOf, switchVariant } from "./form-model.ts";
import { rowsOf, withRows } from "./schema-model.ts";
import { unitOf } from "./units.ts";

const formFor = (type: string): FieldShape => formOf(definitionsByType.get(type)!.config);
const fieldsFor = (type: string): FieldModel[] => {
  const shape = formFor(type);
  return shape.kind === "object" ? shape.fields : [];
};
const field = (type: string, key: string): FieldModel => fieldsFor(type).find((each) => each.key === key)!;

describe("forms from schemas", () => {
  test.each(definitions.map(({ type }) => type))("%s has a form", (type) => {
    expect(["object", "variants"]).toContain(formFor(type).kind);
  });

  test("tell texts, numbers with limits, words and templates apart", () => {
    expect(field("agent", "prompt")).toMatchObject({
      required: true,
      template: true,
      shape: { kind: "text", long: true },
    });
    expect(field("agent", "model")).toMatchObject({
      required: false,
      nullable: true,
      shape: { kind: "text", long: false },
    });
    expect(field("agent", "maxTokens")).toMatchObject({
      rare: true,
      shape: { kind: "number", integer: true, min: 1, max: 200_000 },
    });
    expect(field("agent", "temperature")).toMatchObject({ template: true, shape: { kind: "number", integer: false } });
    expect(field("agent", "outputSchema").shape.kind).toBe("schema");
    expect(field("condition", "expression")).toMatchObject({ template: true, shape: { kind: "boolean" } });
    expect(field("http", "method")).toMatchObject({ fallback: "GET", shape: { kind: "choice" } });
    expect(field("http", "headers").shape.kind).toBe("record");
    expect(field("http", "body")).toMatchObject({ template: true, shape: { kind: "json" } });
    expect(field("parallel", "wait").shape).toMatchObject({
      kind: "choice-or-number",
      options: ["all", "first"],
      min: 1,
    });
    expect(field("approval", "deadlineMs")).toMatchObject({
      label: "Deadline",
      shape: { kind: "number", duration: true },
    });
    expect(field("approval", "channels").shape.kind).toBe("choices");
    expect(field("approval", "options").shape).toMatchObject({ kind: "list", itemName: "Option" });
    expect(field("approval", "escalateTo")).toMatchObject({ nullable: true, shape: { kind: "object" } });
  });

  test("every setting of every node says what it is for, or has a name that does", () => {
    const named = definitions.flatMap(({ type }) => fieldsFor(type));
    expect(named.every((each) => each.label !== "")).toBe(true);
  });

  test("switching a variant fills in what it needs and keeps what both have", () => {
    const shape = formFor("loop");
    if (shape.kind !== "variants") throw new Error("not variants");
    const config = switchVariant(shape, { mode: "each", items: "{{ input.x }}", concurrency: 4 }, "while");
    expect(config).toMatchObject({ mode: "while", while: "{{ true }}", concurrency: 4 });
    expect("items" in config).toBe(false);
    expect(definitionsByType.get("loop")!.config.safeParse(config).success).toBe(true);
  });

  test("a fresh item parses as far as it can", () => {
    const { shape } = field("switch", "cases");
    if (shape.kind !== "list") throw new Error("not a list");
    expect(firstValue(shape.item)).toEqual({ port: "", when: "{{ true }}" });
  });
});

describe("JSON Schema as fields", () => {
  const schema = {
    type: "object",
    additionalProperties: false,
    required: ["a"],
    properties: {
      a: { type: "string", maxLength: 9, title: "A" },
      b: { type: "array", items: { type: "object", properties: { x: {} } } },
    },
  };

  test("comes back as it was", () => {
    expect(withRows(schema, rowsOf(schema)!)).toEqual(schema);
  });

  test("drops what only the old type had", () => {
    const rows = rowsOf(schema)!.map((row) => (row.name === "a" ? { ...row, type: "number" as const } : row));
    expect(withRows(schema, rows)["properties"]).toMatchObject({ a: { type: "number", title: "A" } });
    expect(JSON.stringify(withRows(schema, rows))).not.toContain("maxLength");
  });

  test("what is no object with fields is left to JSON", () => {
    expect(rowsOf({ type: "array" })).toBeNull();
    expect(rowsOf({ type: "object" })).toEqual([]);
  });
});

test.each([
  [1_500, "ms"],
  [60_000, "min"],
  [90_000, "s"],
  [86_400_000, "d"],
  [0, "s"],
])("%i ms is told in %s", (ms, unit) => {
  expect(unitOf(ms)).toBe(unit);
});
