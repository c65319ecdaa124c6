import { expect, test } from "vitest";
import { formFields, initialTexts, readForm } from "./json-schema.ts";

const fields = formFields({
  type: "object",
  required: ["solicitation", "amount"],
  properties: {
    solicitation: { type: "string", description: "The whole text" },
    customerName: { type: "string", maxLength: 100 },
    amount: { type: "number" },
    seats: { type: "integer", default: 5 },
    urgent: { type: "boolean" },
    tier: { enum: ["small", "large"], default: "large" },
    due: { type: "string", format: "date" },
    items: { type: "array" },
    anything: {},
  },
});
const byName = (name: string) => fields.find((field) => field.name === name)!;

test("each property gets the control that fits it", () => {
  expect(fields.map((field) => field.kind)).toEqual([
    "long-text",
    "number",
    "text",
    "integer",
    "boolean",
    "choice",
    "date",
    "json",
    "json",
  ]);
  expect(byName("customerName").label).toBe("Customer name");
  expect(byName("solicitation").required).toBe(true);
});

test("defaults stand in the form and keep their type on the way back", () => {
  const texts = { ...initialTexts(fields), solicitation: "We need ants", amount: "12.5", items: '["a"]' };
  expect(readForm(fields, texts)).toEqual({
    ok: true,
    input: { solicitation: "We need ants", amount: 12.5, seats: 5, urgent: false, tier: "large", items: ["a"] },
  });
});

test("what is missing or of the wrong kind is named by field", () => {
  const result = readForm(fields, {
    ...initialTexts(fields),
    amount: "many",
    seats: "1.5",
    items: "{}",
    anything: "{",
  });
  expect(result.ok ? [] : Object.keys(result.faults).toSorted()).toEqual([
    "amount",
    "anything",
    "items",
    "seats",
    "solicitation",
  ]);
});

test("a schema that is none gives no fields", () => {
  expect([null, [], "x", {}, { properties: [] }].map(formFields)).toEqual([[], [], [], [], []]);
});

test("a property cannot reach the prototype", () => {
  const hostile = formFields(JSON.parse('{"properties":{"__proto__":{"type":"string"}}}'));
  const result = readForm(hostile, { ["__proto__"]: "x" });
  expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  expect(result.ok).toBe(true);
});

test("an input past the limit is told at its largest field, and every field keeps its text", () => {
  const fields = formFields({ properties: { note: { type: "string" }, text: { type: "string" } } });
  const result = readForm(fields, { note: "short", text: "ä".repeat(600_000) });
  expect(result).toEqual({ ok: false, faults: { text: expect.stringContaining("1.1 MB") } });
  expect(readForm(fields, { note: "short", text: "ä".repeat(100_000) }).ok).toBe(true);
});
