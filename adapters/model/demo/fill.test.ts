import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import {
  assert,
  constant,
  constantFrom,
  dictionary,
  double,
  integer,
  letrec,
  nat,
  oneof,
  property,
  record,
  tuple,
} from "fast-check";
import type { Arbitrary } from "fast-check";
import { expect, test } from "vitest";
import type { JsonObject } from "../../../engine/json.ts";
import { fill } from "./fill.ts";
import { readPrompt } from "./reading.ts";

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats.default(ajv);

const long = "The contractor shall deliver 4 reports by April 3, 2026 for $1,200. A late report is a risk. ".repeat(6);

function check(user: string, schema: JsonObject): void {
  const filled = fill(schema, readPrompt("You are an analyst.", user));
  ajv.validate(schema, filled);
  expect(ajv.errors ?? [], JSON.stringify(filled)).toEqual([]);
}

const properties = (fields: JsonObject): JsonObject => ({
  type: "object",
  properties: fields,
  required: Object.keys(fields),
  additionalProperties: false,
});

test("any ordinary schema is filled validly", () => {
  const leaf = oneof(
    record({ type: constant("string"), minLength: nat(30), maxLength: integer({ min: 30, max: 90 }) }),
    integer({ min: -50, max: 50 }).map((minimum) => ({ type: "integer", minimum, maximum: minimum + 3 })),
    double({ min: -50, max: 50, noNaN: true }).map((minimum) => ({ type: "number", minimum, maximum: minimum + 3 })),
    constantFrom(
      { type: "boolean" },
      { type: "null" },
      { enum: ["alpha", "beta"] },
      { type: "string", format: "date" },
    ),
  );
  const name = constantFrom(
    "title",
    "summary",
    "items",
    "risks",
    "requirements",
    "score",
    "amount",
    "dueDate",
    "owner",
    "id",
    "approved",
    "x",
  );
  const { schema } = letrec<{ schema: JsonObject }>((tie) => ({
    schema: oneof(
      { depthSize: "small", withCrossShrink: true },
      leaf as Arbitrary<JsonObject>,
      dictionary(name, tie("schema"), { maxKeys: 4 }).map(properties),
      tuple(tie("schema"), nat(3)).map(([items, minItems]): JsonObject => ({
        type: "array",
        items,
        minItems,
        maxItems: minItems + 2,
      })),
    ),
  }));
  assert(
    property(schema, constantFrom(long, "Say something.", 'Read: {"a": [1, 2, {"b": "c"}]'), (shape, user) =>
      check(user, shape),
    ),
    { numRuns: 150 },
  );
});
