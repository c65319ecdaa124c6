import { expect, it } from "vitest";
import { createContractCheck } from "./check-contract.ts";

it("names the field that does not fit, and nothing when all does", () => {
  const check = createContractCheck();
  const schema = { type: "object", properties: { total: { type: "number" } }, required: ["total"] };
  expect(check(schema, { total: 3 })).toBeNull();
  expect(check(schema, { total: "3" })).toBe("/total must be number.");
  expect(check(schema, {})).toContain("/total");
  expect(check(schema, [])).toBe("it must be object.");
});

it("says so of a schema that cannot be used", () => {
  expect(createContractCheck()({ $ref: "https://example.com/x" }, {})).toContain("cannot be used");
});
