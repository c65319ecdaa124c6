import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../json.ts";
import { collectArtifacts, isReference, restoreArtifacts, withArtifacts, type KeepArtifact } from "./artifact.ts";

/** Keeps everything apart that is more than a number, a truth or nothing. */
function store(): { keep: KeepArtifact; values: Map<string, Json> } {
  const values = new Map<string, Json>();
  const keep: KeepArtifact = (value) => {
    if (typeof value !== "string" && typeof value !== "object") return value;
    if (value === null) return value;
    const $artifact = values.size.toString(16).padStart(64, "0");
    values.set($artifact, value);
    return { $artifact, bytes: 1, kind: "text", length: 1 };
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
        collectArtifacts(held, ids);
        expect(ids).toEqual(new Set(values.keys()));
        expect(restoreArtifacts(held, values)).toEqual([list, { deep: Object.entries(fields) }]);
      }),
    );
  });

  it("stands in a step's input, output and variables; other events hold what they hold", () => {
    const { keep, values } = store();
    const step = { step: "a", attempt: 1 };
    const body = { type: "step-completed" as const, ...step, output: ["x"], input: "y", vars: { v: "z", n: 1 } };
    const event = withArtifacts(body, keep);
    expect(event).toMatchObject({
      output: { kind: "text" },
      input: { kind: "text" },
      vars: { v: { kind: "text" }, n: 1 },
    });
    expect([...values.values()]).toEqual([["x"], "y", "z"]);
    expect(withArtifacts({ type: "step-scheduled", ...step, input: { a: 1 } }, keep)).toMatchObject({
      input: { $artifact: expect.any(String) },
    });
    const other = { type: "run-completed" as const, output: ["x"] };
    expect(withArtifacts(other, keep)).toBe(other);
  });

  it("is only what names a digest; an imitation of one that is not there stays as it is", () => {
    const imitation = { $artifact: "f".repeat(64), bytes: 3 };
    expect([isReference({ $artifact: "../etc" }), isReference("f".repeat(64)), isReference(imitation)]).toEqual([
      false,
      false,
      true,
    ]);
    expect(restoreArtifacts({ a: imitation }, new Map([["e".repeat(64), "secret"]]))).toEqual({ a: imitation });
  });
});
