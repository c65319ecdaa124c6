import { describe, expect, it } from "vitest";
import { compileTemplate } from "./compile-template.ts";
import { parseExpression } from "./expression.ts";
import { asText, beginResolve } from "./resolve.ts";

function roots(source: string): string[] {
  const parsed = parseExpression(source);
  if (!parsed.ok) throw new Error(parsed.message);
  return [...new Set(parsed.references.map((reference) => reference.root))];
}

describe("parseExpression", () => {
  it.each([
    ["a.outputs.b", ["a"]],
    ["items.map((x, i) => x.price * i + vars.tax)", ["items", "vars"]],
    ["((a) => a.b)(c)", ["c"]],
    ["[1, 2].filter(({ n: [m], ...rest }) => m && rest)", []],
    ["Math.max(...a.outputs.list, NaN)", ["a"]],
    ["`${a.outputs.x} and ${input.y}`", ["a", "input"]],
    ["{ key: a, [b]: 1, c }", ["a", "b", "c"]],
    ["a ? b : c", ["a", "b", "c"]],
    ["(function f() { let x = 1; const { y } = z; return x + y })()", ["z"]],
    ["in.value + in.all.length", ["in"]],
    ["'x' in input && in.from[0]", ["input", "in"]],
    ["a?.outputs?.b ?? 1", ["a"]],
    ["new Date(input.at).toISOString()", ["input"]],
    ["((x = y) => x)()", ["y"]],
    ["(a.x || b.y)", ["a", "b"]],
    ["((({ key: a })))", ["a"]],
  ])("finds the free names of %s", (source, expected) => expect(roots(source).toSorted()).toEqual(expected.toSorted()));

  it.each([
    "",
    "  ",
    "1 +",
    "(a",
    "(a) b",
    "(a))",
    "a) + (b",
    "a b",
    "a; b",
    "let x = 1",
    "return 1",
    "await x",
    "}} {{",
    "x".repeat(20_000),
  ])("refuses %j", (source) => {
    expect(parseExpression(source).ok).toBe(false);
  });

  it("makes chains left of ?? optional, so that what is not there gives way", () => {
    const parsed = parseExpression("a.outputs.list[0].name ?? b.outputs.x");
    expect(parsed.ok && parsed.code).toBe("a?.outputs?.list?.[0]?.name ?? b?.outputs?.x");
  });

  it("knows what does no harm when it is missing", () => {
    const guarded = (source: string): boolean[] => {
      const parsed = parseExpression(source);
      return parsed.ok ? parsed.references.map((reference) => reference.guarded) : [];
    };
    expect(guarded("a.outputs.x ?? 1")).toEqual([true]);
    expect(guarded("1 ?? a.outputs.x")).toEqual([false]);
    expect(guarded("a.outputs?.x")).toEqual([true]);
    expect(guarded("a.status === 'skipped'")).toEqual([true]);
    expect(guarded("a.outputs.x")).toEqual([false]);
  });

  it("tells plain paths from code", () => {
    const path = (source: string): unknown => {
      const parsed = parseExpression(source);
      return parsed.ok ? parsed.path : "fault";
    };
    expect(path("a.outputs['b c'][0]")).toEqual({ root: "a", keys: ["outputs", "b c", 0], guarded: false });
    expect(path("input")).toEqual({ root: "input", keys: [], guarded: false });
    expect(path("a.b()")).toBeNull();
    expect(path("a[b]")).toBeNull();
    expect(path("Math.PI")).toBeNull();
    expect(path("a + 1")).toBeNull();
  });
});

describe("templates", () => {
  const resolve = (value: Parameters<typeof compileTemplate>[0], scope: Parameters<typeof beginResolve>[1]): unknown =>
    beginResolve(compileTemplate(value).template, scope).finish([]);

  it("keep the type of a field that is one whole expression, white space or not", () => {
    expect(resolve("{{ a.n }}", { a: { n: 4 } })).toBe(4);
    expect(resolve("  {{ a.n }}\n", { a: { n: [1] } })).toEqual([1]);
  });

  it("make a text of anything around an expression", () => {
    expect(resolve("n = {{ a.n }}!", { a: { n: 4 } })).toBe("n = 4!");
    expect(resolve("{{ a.n }}{{ a.m }}", { a: { n: 4, m: null } })).toBe("4");
    expect(asText({ a: 1 })).toBe('{\n  "a": 1\n}');
  });

  it("are found at any depth, and leave the rest alone", () => {
    const value = { list: [{ x: "{{ a }}" }, 1, "plain"], keep: { deep: true } };
    expect(resolve(value, { a: "A" })).toEqual({ list: [{ x: "A" }, 1, "plain"], keep: { deep: true } });
    expect(compileTemplate({ keep: 1 }).template.kind).toBe("literal");
  });

  it("may hold braces and strings of braces", () => {
    const { template, faults } = compileTemplate("{{ {a: {b: '}}'}} }}");
    expect(faults).toEqual([]);
    expect(template.kind).toBe("code");
  });

  it("hand code over in order and put its values in place", () => {
    const resolving = beginResolve(compileTemplate(["{{ f(a) }}", "{{ b }}", "{{ a + 1 }}", "x{{ g(a) }}"]).template, {
      a: 1,
      b: "B",
    });
    expect(resolving.codes.map((each) => each.source)).toEqual(["f(a)", "g(a)"]);
    expect(resolving.finish([7, 8])).toEqual([7, "B", 2, "x8"]);
  });

  it("read own properties only", () => {
    expect(resolve("{{ a.constructor }}", { a: {} })).toBeNull();
    expect(resolve("{{ a.__proto__ }}", { a: {} })).toBeNull();
    expect(resolve("{{ a.length }}", { a: "four" })).toBe(4);
    expect(resolve("{{ a[1] }}", { a: "four" })).toBe("o");
    expect(resolve("{{ a.length }}", { a: { length: "own" } })).toBe("own");
  });

  it("say what could not be read", () => {
    expect(() => resolve("{{ a.b.c }}", { a: {} })).toThrow('there is nothing to read "c" from');
    expect(resolve("{{ a.b?.c }}", { a: {} })).toBeNull();
    expect(resolve("{{ a }}", {})).toBeNull();
  });

  it("never expand what came from data", () => {
    expect(resolve("{{ a }}", { a: "{{ secret }}" })).toBe("{{ secret }}");
  });
});
