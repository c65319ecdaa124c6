import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../json.ts";
import { collectStored, isStored, restoreStored, withStored, type KeepLarge } from "./stored-value.ts";

/** Keeps everything apart that is more than a number, a truth or nothing. */
function store(): { keep: KeepLarge; values: Map<string, Json> } {
  const values = new Map<string, Json>();
  const keep: KeepLarge = (value) => {
    if (typeof value !== "string" && typeof value !== "object") return value;
    if (value === null) return value;
    const $stored = values.size.toString(16).padStart(64, "0");
    values.set($stored, value);
    return { $stored, bytes: 1, kind: "text", length: 1 };
  };
  return { keep, values };
}

const json = fc.jsonValue().map((value) => value as Json);

describe("a value that is kept apart", () => {
  it("comes back as it was, wherever it stood", () => {
    fc.assert(
      fc.property(fc.array(json), fc.dictionary(fc.string(), json), (list, fields) => {
        const { keep, values } = store();
        const held: Json = [
          list.map(keep),
          { deep: Object.entries(fields).map(([name, value]) => [name, keep(value)]) },
        ];
        const ids = new Set<string>();
        collectStored(held, ids);
        expect(ids).toEqual(new Set(values.keys()));
        expect(restoreStored(held, values)).toEqual([list, { deep: Object.entries(fields) }]);
      }),
    );
  });

  it("stands in a step's input, output and variables; other events hold what they hold", () => {
    const { keep, values } = store();
    const step = { step: "a", attempt: 1 };
    const body = { type: "step-completed" as const, ...step, output: ["x"], input: "y", vars: { v: "z", n: 1 } };
    const event = withStored(body, keep);
    expect(event).toMatchObject({
      output: { kind: "text" },
      input: { kind: "text" },
      vars: { v: { kind: "text" }, n: 1 },
    });
    expect([...values.values()]).toEqual([["x"], "y", "z"]);
    expect(withStored({ type: "step-scheduled", ...step, input: { a: 1 } }, keep)).toMatchObject({
      input: { $stored: expect.any(String) },
    });
    const other = { type: "run-completed" as const, output: ["x"] };
    expect(withStored(other, keep)).toBe(other);
  });

  it("is only what names a digest; an imitation of one that is not there stays as it is", () => {
    const imitation = { $stored: "f".repeat(64), bytes: 3 };
    expect([isStored({ $stored: "../etc" }), isStored("f".repeat(64)), isStored(imitation)]).toEqual([
      false,
      false,
      true,
    ]);
    expect(restoreStored({ a: imitation }, new Map([["e".repeat(64), "secret"]]))).toEqual({ a: imitation });
  });
});
