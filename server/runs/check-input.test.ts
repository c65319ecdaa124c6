import { expect, test } from "vitest";
import { BatonError } from "../../engine/errors.ts";
import type { JsonObject } from "../../engine/json.ts";
import { createInputCheck } from "./check-input.ts";

function refusal(work: () => void): BatonError {
  try {
    work();
  } catch (error) {
    if (error instanceof BatonError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

test("faults are told with pointers into the request", () => {
  const check = createInputCheck({
    type: "object",
    properties: {
      n: { type: "number" },
      kind: { enum: ["a", "b"] },
      list: { type: "array", items: { type: "string" } },
    },
    required: ["n"],
    additionalProperties: false,
  });
  check({ n: 1, kind: "a", list: ["x"] });
  const error = refusal(() => check({ kind: "c", list: ["x", 2], "o/d": 1 }));
  expect(error.code).toBe("INPUT_INVALID");
  const errors = error.details?.["errors"] as { path: string }[];
  expect(errors.map((one) => one.path).toSorted()).toEqual(["/input/kind", "/input/list/1", "/input/n", "/input/o~1d"]);
});

test("formats and older dialects are understood", () => {
  const check = createInputCheck({
    $schema: "http://json-schema.org/draft-07/schema#",
    type: "object",
    properties: { mail: { type: "string", format: "email" }, day: { type: "string", format: "date" } },
  });
  check({ mail: "a@b.co", day: "2026-02-28" });
  expect(refusal(() => check({ mail: "nobody", day: "2026-02-30" })).message).toContain("/input/mail");
});

const unusable: [string, JsonObject][] = [
  ["another document", { $ref: "https://example.com/schema.json" }],
  ["a file", { $ref: "file:///etc/passwd" }],
  ["no type", { properties: { n: { type: "nothing" } } }],
  ["no pattern", { properties: { n: { pattern: "(" } } }],
  ["a huge one", { description: "x".repeat(70_000) }],
  ["itself for ever", { $ref: "#" }],
];

test.each(unusable)("a schema that refers to or holds %s is refused", (_, schema) => {
  const error = refusal(() => createInputCheck(schema)({ n: "x" }));
  expect(error.code).toBe("WORKFLOW_INVALID");
});

test("patterns and references that take for ever are stopped", () => {
  const levels = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [
      `l${index}`,
      { allOf: [{ $ref: `#/$defs/l${index + 1}` }, { $ref: `#/$defs/l${index + 1}` }] },
    ]),
  );
  const cases: [JsonObject, JsonObject][] = [
    [{ properties: { text: { type: "string", pattern: "^(a+)+$" } } }, { text: `${"a".repeat(60)}!` }],
    [{ $ref: "#/$defs/l0", $defs: { ...levels, l40: { type: "object" } } }, {}],
  ];
  for (const [schema, input] of cases) {
    const since = performance.now();
    expect(refusal(() => createInputCheck(schema)(input)).code).toBe("WORKFLOW_INVALID");
    expect(performance.now() - since).toBeLessThan(10_000);
  }
});

test("keys of the language are only keys", () => {
  const check = createInputCheck({
    type: "object",
    properties: { constructor: { type: "string" } },
    required: ["toString"],
  });
  expect(refusal(() => check({})).message).toContain("/input/toString");
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});
