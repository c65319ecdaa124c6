import { describe, expect, it } from "vitest";
import type { JsonObject } from "../json.ts";
import { incompatibilities } from "./compatibility.ts";

const invoice: JsonObject = {
  type: "object",
  properties: {
    total: { type: "number" },
    state: { enum: ["open", "paid"] },
    lines: { type: "array", items: { type: "string" } },
  },
  required: ["total"],
};
const changed = (change: (schema: JsonObject) => void): JsonObject => {
  const copy = structuredClone(invoice);
  change(copy);
  return copy;
};
const fields = (schema: JsonObject): Record<string, JsonObject> => schema["properties"] as Record<string, JsonObject>;

describe("a schema that changes", () => {
  it("stays compatible with itself, both ways", () => {
    expect(incompatibilities(invoice, invoice, "input")).toEqual([]);
    expect(incompatibilities(invoice, invoice, "output")).toEqual([]);
  });

  it.each<[string, "input" | "output", (schema: JsonObject) => void, string[]]>([
    ["asks for one field more", "input", (schema) => (schema["required"] = ["total", "state"]), ["/state"]],
    ["asks for less", "input", (schema) => (schema["required"] = []), []],
    ["promises less", "output", (schema) => (schema["required"] = []), ["/total"]],
    ["promises more", "output", (schema) => (schema["required"] = ["total", "state"]), []],
    ["takes another type", "input", (schema) => (fields(schema)["total"] = { type: "string" }), ["/total"]],
    ["takes one type more", "input", (schema) => (fields(schema)["total"] = { type: ["number", "null"] }), []],
    ["gives one type more", "output", (schema) => (fields(schema)["total"] = { type: ["number", "null"] }), ["/total"]],
    ["gives whole numbers", "output", (schema) => (fields(schema)["total"] = { type: "integer" }), []],
    ["knows a state less", "input", (schema) => (fields(schema)["state"] = { enum: ["open"] }), ["/state"]],
    [
      "knows a state more",
      "output",
      (schema) => (fields(schema)["state"] = { enum: ["open", "paid", "lost"] }),
      ["/state"],
    ],
    [
      "changes the items of a list",
      "output",
      (schema) => (fields(schema)["lines"] = { type: "array", items: { type: "object" } }),
      ["/lines/*"],
    ],
    [
      "refuses what it does not know",
      "input",
      (schema) => {
        delete fields(schema)["state"];
        schema["additionalProperties"] = false;
      },
      ["/state"],
    ],
  ])("%s (%s)", (_name, side, change, paths) => {
    expect(incompatibilities(invoice, changed(change), side).map(({ path }) => path)).toEqual(paths);
  });
});
