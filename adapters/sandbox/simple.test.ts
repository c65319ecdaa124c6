import {
  array,
  assert,
  asyncProperty,
  boolean,
  constant,
  constantFrom,
  dictionary,
  double,
  integer,
  letrec,
  oneof,
  string,
  tuple,
} from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { parseExpression } from "../../engine/workflow/expression.ts";
import { evaluateSimple } from "../../engine/workflow/simple.ts";
import type { Json, JsonObject } from "../../engine/json.ts";
import { createSandbox } from "./sandbox.ts";

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };
const sandbox = await createSandbox({ workers: 1, log: silent as never });
afterAll(() => sandbox.close());

const value = letrec<{ json: Json }>((tie) => ({
  json: oneof(
    { maxDepth: 3 },
    string({ maxLength: 4 }),
    integer({ min: -3, max: 12 }),
    // What JSON can write: neither infinities nor a negative zero.
    double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    boolean(),
    constant(null),
    array(tie("json"), { maxLength: 3 }),
    dictionary(constantFrom("x", "y", "length", "constructor"), tie("json"), { maxKeys: 3 }),
  ),
})).json;

/** Expressions over names that are there, names that are not, own and inherited properties, and every operator that is simple. */
const expression = letrec<{ e: string }>((tie) => ({
  e: oneof(
    { maxDepth: 4, depthIdentifier: "e" },
    constantFrom("a", "b", "1", "0", "-2", "1.5", "'t'", "''", "true", "null", "undefined", "NaN", "Infinity"),
    tuple(
      tie("e"),
      constantFrom(".x", ".y", ".length", ".constructor", ".toString", "[0]", "['x']", "?.x", "?.[0]?.y"),
    ).map(([e, key]) => `(${e})${key}`),
    tuple(tie("e"), tie("e")).map(([e, key]) => `(${e})[${key}]`),
    tuple(constantFrom("!", "-", "+", "typeof "), tie("e")).map(([operator, e]) => `${operator}(${e})`),
    tuple(
      tie("e"),
      constantFrom("+", "-", "*", "/", "%", "<", ">", "<=", ">=", "===", "!==", "==", "!=", "&&", "||"),
      tie("e"),
    ).map(([a, operator, b]) => `((${a}) ${operator} (${b}))`),
    tuple(tie("e"), tie("e")).map(([a, b]) => `((${a}) ?? (${b}))`),
    tuple(tie("e"), tie("e"), tie("e")).map(([a, b, c]) => `((${a}) ? (${b}) : (${c}))`),
    tuple(tie("e"), tie("e")).map(([a, b]) => `\`\${${a}}-\${${b}}\``),
    tuple(tie("e"), tie("e")).map(([a, b]) => `[${a}, ${b}]`),
    tuple(tie("e"), tie("e")).map(([a, b]) => `({ x: ${a}, "y": ${b} })`),
  ),
})).e;

describe("a simple expression", () => {
  it("gives what the sandbox gives, or is left to it", { timeout: 60_000 }, async () => {
    let simple = 0;
    await assert(
      asyncProperty(array(tuple(expression, value, value), { minLength: 20, maxLength: 20 }), async (cases) => {
        const fitting = cases.flatMap(([source, a, b]) => {
          const scope: JsonObject = { a, b };
          const parsed = parseExpression(source);
          if (!parsed.ok || parsed.simple === null) return [];
          const evaluated = evaluateSimple(parsed.simple, scope);
          return evaluated.fits ? [{ source, scope, code: parsed.code, value: evaluated.value }] : [];
        });
        simple += fitting.length;
        const results = await sandbox.evaluate(
          "run",
          fitting.map(({ code, scope }) => ({ code, scope, now: 0, seed: "s" })),
        );
        results.forEach((result, index) => {
          const { source, scope, value: ours } = fitting[index]!;
          expect([source, scope, result.ok ? result.value : result]).toEqual([source, scope, ours]);
        });
      }),
      { numRuns: 100 },
    );
    expect(simple).toBeGreaterThan(500);
  });

  it.each([
    "f(a)",
    "a.map(x => x)",
    "/x/",
    "a = 1",
    "new Date()",
    "1n",
    "({ __proto__: a })",
    "({ [a]: 1 })",
    "[...a]",
    "a ** 2",
    "this",
    "x => x",
    "import.meta",
    "`${a}`.length()",
    "a instanceof b",
  ])("is not %s", (source) => {
    const parsed = parseExpression(source);
    expect(parsed.ok ? parsed.simple : null).toBeNull();
  });

  it.each([
    ["`${[undefined, a][0]}`", "undefined"],
    ["[undefined, a][0] === undefined", true],
    ["[undefined, a]", [null, 1]],
    ["({ x: undefined, y: a })", { y: 1 }],
    ["({ x: undefined }).x === null", false],
    ["[[undefined], -0]", [[null], 0]],
  ])("keeps what is undefined until it is written: %s", async (source, wanted) => {
    const parsed = parseExpression(source);
    if (!parsed.ok || parsed.simple === null) throw new Error("not simple");
    expect(evaluateSimple(parsed.simple, { a: 1 })).toEqual({ fits: true, value: wanted });
    const [real] = await sandbox.evaluate("run", [{ code: parsed.code, scope: { a: 1 }, now: 0, seed: "s" }]);
    expect(real).toMatchObject({ ok: true, value: wanted });
  });

  it("leaves what is inherited, missing or huge to the sandbox", () => {
    const fits = (source: string, scope: JsonObject): boolean => {
      const parsed = parseExpression(source);
      return parsed.ok && parsed.simple !== null && evaluateSimple(parsed.simple, scope).fits;
    };
    expect(fits("a.constructor", { a: {} })).toBe(false);
    expect(fits("a.__proto__", { a: {} })).toBe(false);
    expect(fits("a.b.c", { a: {} })).toBe(false);
    expect(fits("a + b", { a: [], b: 1 })).toBe(false);
    expect(fits("a", {})).toBe(false);
    expect(fits("a + a", { a: "x".repeat(90_000) })).toBe(false);
    expect(fits("a.constructor", { a: { constructor: 1 } })).toBe(true);
  });
});
