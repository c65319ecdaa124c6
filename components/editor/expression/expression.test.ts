import { describe, expect, test } from "vitest";
import { fileOf } from "../store/testing.ts";
import { complete, insertReference, offersFor, spotAt } from "./completion.ts";
import { previewOf } from "./preview.ts";
import { sampleScope, scopeOf } from "./scope.ts";

const file = {
  ...fileOf(
    [
      { id: "start", type: "start" },
      { id: "writer", type: "agent", name: "Writer", config: { prompt: "x" } },
      { id: "each", type: "loop", config: { mode: "each", items: "{{ input.items }}" } },
      { id: "inside", type: "transform", parentId: "each", config: { value: "{{ loop.item }}" } },
      { id: "later", type: "transform", config: { value: "x" } },
      { id: "aside", type: "agent", config: { prompt: "x" } },
      { id: "paid", type: "wait", config: { mode: "callback" } },
      { id: "answered", type: "wait", parentId: "each", config: { mode: "callback" } },
    ],
    ["start writer", "writer each", "each later", "start aside"],
  ),
  input: {
    type: "object",
    properties: { items: { type: "array" }, who: { type: "object", properties: { name: { type: "string" } } } },
  },
};
const paths = (id: string) => scopeOf(file, id, null).flatMap((group) => group.entries.map((entry) => entry.path));

describe("what can be read", () => {
  test("is what leads here, the input and what is always there", () => {
    expect(paths("later")).toEqual(
      expect.arrayContaining(["writer.outputs.text", "each.outputs.results", "input.who.name", "in.value", "run.id"]),
    );
    expect(paths("later")).not.toContain("aside");
    expect(paths("later")).not.toContain("inside");
    expect(paths("writer")).not.toContain("each");
  });

  test("inside a loop is the loop as well, and what led to it", () => {
    expect(paths("inside")).toEqual(expect.arrayContaining(["loop.item", "writer.outputs.text"]));
    expect(paths("later")).not.toContain("loop");
  });

  test("is the address of each wait for a call that stands beside it or around it", () => {
    expect(paths("aside")).toContain("run.callbacks.paid");
    expect(paths("aside")).not.toContain("run.callbacks.answered");
    expect(paths("inside")).toEqual(expect.arrayContaining(["run.callbacks.paid", "run.callbacks.answered"]));
  });

  test("without a run has no samples but the variables", () => {
    expect(sampleScope(file, "later", null)).toEqual({ vars: {} });
  });
});

describe("completing", () => {
  test("happens inside of braces only", () => {
    expect(spotAt("Hello {{ inp", 12)).toEqual({ from: 9, to: 12, typed: "inp" });
    expect(spotAt("Hello {{ input }} there", 20)).toBeNull();
    expect(spotAt("Hello inp", 9)).toBeNull();
    expect(spotAt('{{ "inp', 7)).toBeNull();
  });

  test("offers beginnings first and closes the braces", () => {
    const offers = offersFor(scopeOf(file, "later", null), "input.w");
    expect(offers[0]?.path).toBe("input.who");
    const spot = spotAt("{{ input.w", 10);
    expect(complete("{{ input.w", spot!, "input.who")).toEqual({ text: "{{ input.who }}", cursor: 12 });
    expect(complete("{{input.w }} x", spotAt("{{input.w }} x", 9)!, "input.who").text).toBe("{{input.who }} x");
  });

  test("a click writes a reference with braces, or inside of those that are there", () => {
    expect(insertReference("Hi ", 3, "a.b").text).toBe("Hi {{ a.b }}");
    expect(insertReference("{{ 1 +  }}", 7, "a.b").text).toBe("{{ 1 + a.b }}");
  });
});

describe("previews", () => {
  const scope = {
    input: { n: 4, items: [{ v: 1 }, { v: 2 }], name: "Ada" },
    a: { outputs: { text: "hi" }, status: "completed", error: null },
  };
  test.each([
    ["{{ input.n * 2 + 1 }}", 9],
    ["{{ input.items.map((each) => each.v).join('-') }}", "1-2"],
    ["{{ input.items.filter((each) => each.v > 1).length === 1 ? 'one' : 'none' }}", "one"],
    ["Hi {{ input.name }}: {{ a.outputs.text.toUpperCase() }}", "Hi Ada: HI"],
    ["{{ `${input.name} has ${input.items.length}` }}", "Ada has 2"],
    ["{{ { total: Math.max(1, input.n), all: [...input.items] } }}", { total: 4, all: [{ v: 1 }, { v: 2 }] }],
    ["{{ missing.outputs.x ?? 'nothing' }}", "nothing"],
    ["{{ input.none ?? null }}", null],
    ["{{ !input.n || input.n >= 4 }}", true],
  ])("%s", (text, value) => {
    expect(previewOf(text, scope)).toEqual({ kind: "value", value });
  });

  test("say what is wrong, and nothing about what has not run", () => {
    expect(previewOf("{{ input.n.. }}", scope).kind).toBe("fault");
    expect(previewOf("{{ input.none.more }}", scope).kind).toBe("fault");
    expect(previewOf("{{ later.outputs.x }}", scope)).toEqual({ kind: "unknown" });
  });

  test.each([
    "{{ input.constructor.constructor('return 1')() }}",
    "{{ (() => { while (true) {} })() }}",
    "{{ globalThis }}",
    "{{ input.name.repeat(1e9) }}",
  ])("never run code: %s", (text) => {
    expect(["unknown", "fault"]).toContain(previewOf(text, scope).kind);
  });

  test("reach no prototype", () => {
    expect(previewOf("{{ input.__proto__ ?? 'none' }}", scope)).toEqual({ kind: "value", value: "none" });
  });
});
