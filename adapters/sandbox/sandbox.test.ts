import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Evaluation, EvaluationResult, ExpressionScope, Sandbox } from "../../engine/ports/sandbox.ts";
import { createSandbox } from "./sandbox.ts";

const scope: ExpressionScope = {
  input: { amount: 120, items: [3, 1, 2], name: "Ada" },
  vars: {},
  review: { outputs: { score: 0.5 } },
};

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox({ workers: 1, log: pino({ level: "silent" }) });
});
afterAll(() => sandbox.close());

function evaluation(code: string, over: Partial<Evaluation> = {}): Evaluation {
  return { code, scope, now: 1_700_000_000_000, seed: "run.step.1", ...over };
}

async function one(code: string, over: Partial<Evaluation> = {}, runKey = "run"): Promise<EvaluationResult> {
  const [result] = await sandbox.evaluate(runKey, [evaluation(code, over)]);
  return result!;
}

async function value(code: string, over: Partial<Evaluation> = {}) {
  const result = await one(code, over);
  if (!result.ok) throw new Error(result.message);
  return result.value;
}

async function failure(code: string, over: Partial<Evaluation> = {}) {
  const result = await one(code, over);
  if (result.ok) throw new Error(`succeeded with ${JSON.stringify(result.value)}`);
  return result;
}

describe("values", () => {
  test.each([
    ["input.amount + 1", 121],
    ["input.items.toSorted()", [1, 2, 3]],
    ["review.outputs.score > 0.4 && input.name", "Ada"],
    ["`${input.name} (${input.items.length})`", "Ada (3)"],
    ["undefined", null],
    ["() => 1", null],
    ["Symbol('x')", null],
    ["[undefined, () => 1]", [null, null]],
    ["({ a: undefined, b: 1 })", { b: 1 }],
    ["NaN", null],
    ["new Date(0)", "1970-01-01T00:00:00.000Z"],
    ["new Map([[1, 2]])", {}],
    ["input.missing ?? 'none'", "none"],
    ["(async () => 3)()", 3],
    ["(async () => { await null; return input.amount; })()", 120],
    ["Promise.all([1, Promise.resolve(2)])", [1, 2]],
    ["'\\ud800'.length", 1],
    ["'naïve 日本 🎉'", "naïve 日本 🎉"],
    ["input /* a comment */ .amount // and another", 120],
    ["\\u0069nput.amount", 120],
  ])("%s", async (code, expected) => {
    expect(await value(code)).toEqual(expected);
  });

  test("keys that name built-in things are data", async () => {
    const odd = JSON.parse('{"constructor":1,"toString":2,"hasOwnProperty":3,"__proto__":4,"length":5,"":6}');
    expect(
      await value(
        "[input.constructor, input.toString, input.hasOwnProperty, input['__proto__'], input.length, input['']]",
        {
          scope: { input: odd },
        },
      ),
    ).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await value("Object.keys(input).length", { scope: { input: odd } })).toBe(6);
    expect(
      await value("['constructor', 'toString', 'a'].reduce((all, word) => { all[word] = 1; return all; }, {})"),
    ).toEqual({ constructor: 1, toString: 1, a: 1 });
  });

  test("names that cannot be parameters do no harm", async () => {
    expect(await value("input.amount", { scope: { ...scope, class: 1, "not a name": 2, arguments: 3 } })).toBe(120);
  });
});

describe("errors are for people", () => {
  test.each([
    ["amount * 2", '"amount" is not defined, in {{ amount * 2 }}'],
    ["input.a.b", 'cannot read property "b" of undefined, in {{ input.a.b }}'],
    ["10n", "A BigInt cannot be a result: use Number(…) or String(…), in {{ 10n }}"],
    ["[input, [1n]]", "A BigInt cannot be a result"],
    ["(() => { const a = {}; a.self = a; return a; })()", "refers to itself"],
    ["(() => { throw new Error('no budget'); })()", "no budget, in {{"],
    ["(() => { throw { reason: 1 }; })()", '{"reason":1}'],
    ["(() => { throw null; })()", "null"],
    ["(() => { throw { get message() { throw 1; }, toJSON() { throw 2; } }; })()", "cannot be shown"],
    ["new Promise(() => {})", "never settles"],
    ["Promise.reject(new Error('late'))", "late"],
    ["1); (2", "Unexpected token"],
    ["a b", "Unexpected identifier"],
    ["if (true) 1", "unexpected token"],
    ["", "unexpected token"],
  ])("%s", async (code, expected) => {
    const result = await failure(code);
    expect(result.code).toBe("EXPRESSION_FAILED");
    expect(result.message).toContain(expected);
    expect(result.message).not.toMatch(/\/|worker|node_modules|<eval>|\bat </);
  });

  test("check parses and does not run", async () => {
    expect(await sandbox.check("input.amount > 3")).toEqual({ ok: true });
    expect(await sandbox.check("(() => { while (true) {} })()")).toEqual({ ok: true });
    expect(await sandbox.check("input.amount >")).toMatchObject({ ok: false });
    expect(await sandbox.check(`${"(".repeat(8_000)}1${")".repeat(8_000)}`)).toMatchObject({ ok: false });
    expect(await sandbox.check("x".repeat(20_000))).toMatchObject({ ok: false });
  });
});

describe("time and chance come from the journal", () => {
  test("the clock stands still, in UTC", async () => {
    const code = "[Date.now(), new Date().toISOString(), new Date(2020, 0, 1).getTimezoneOffset(), Date.now()]";
    expect(await value(code)).toEqual([1_700_000_000_000, "2023-11-14T22:13:20.000Z", 0, 1_700_000_000_000]);
    expect(await value("Date.now()", { now: 5 })).toBe(5);
  });

  test("the same seed gives the same numbers, another seed others", async () => {
    const code = "[Math.random(), Math.random()]";
    const first = await value(code);
    expect(await value(code)).toEqual(first);
    expect((first as number[])[0]).not.toBe((first as number[])[1]);
    expect(await value(code, { seed: "run.step.2" })).not.toEqual(first);
    const spread = (await value("Array.from({ length: 2000 }, () => Math.random())")) as number[];
    expect(spread.every((number) => number >= 0 && number < 1)).toBe(true);
    expect(spread.reduce((sum, number) => sum + number, 0) / 2000).toBeCloseTo(0.5, 1);
  });

  test("there are no timers, no console and no clock beside Date", async () => {
    expect(
      await value(
        "[typeof setTimeout, typeof console, typeof performance, typeof fetch, typeof require, typeof process]",
      ),
    ).toEqual(Array.from({ length: 6 }, () => "undefined"));
  });
});

describe("one expression does not touch the next", () => {
  test.each([
    "globalThis.leak = 1",
    "Array.prototype.map = () => 'poison'",
    "Object.prototype.leak = 1",
    "Object.prototype.toString = () => 'poison'",
    "JSON.parse = () => 'poison'",
    "JSON.stringify = () => '\"poison\"'",
    "Math.random = () => 4",
    "Object.defineProperty(Object.prototype, 'leak', { get() { return 1; } })",
    "Object.setPrototypeOf(Array.prototype, { leak: 1 })",
    "(Object.getPrototypeOf(async function () {}).leak = 1)",
    "(Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())).leak = 1)",
    "Promise.prototype.then = () => 'poison'",
  ])("%s", async (code) => {
    const results = await sandbox.evaluate("poison", [
      evaluation(code),
      evaluation(
        "[typeof leak, ({}).leak, [].leak, String({}), [1].map((x) => x + 1), Math.random() < 1, (async () => {}).leak]",
      ),
      evaluation("(async () => 7)()"),
    ]);
    expect(results[0]).toMatchObject({ ok: false, code: "EXPRESSION_FAILED" });
    expect(results[1]).toEqual({ ok: true, value: ["undefined", null, null, "[object Object]", [2], true, null] });
    expect(results[2]).toEqual({ ok: true, value: 7 });
  });

  test("data changed by one is whole for the next, and written only once", async () => {
    const shared = { list: [1, 2] };
    const codes = ["input.list.push(3)", "input.list", "(input.list = 'gone')", "input.list"];
    const results = await sandbox.evaluate(
      "shared",
      codes.map((code) => evaluation(code, { scope: { input: shared } })),
    );
    expect(results.map((result) => result.ok && result.value)).toEqual([3, [1, 2], "gone", [1, 2]]);
    expect(shared).toEqual({ list: [1, 2] });
  });

  test("results come in order, with refusals in their place", async () => {
    const results = await sandbox.evaluate("order", [
      evaluation("1"),
      evaluation("x".repeat(20_000)),
      evaluation("nope"),
      evaluation("4"),
    ]);
    expect(results.map((result) => (result.ok ? result.value : result.code))).toEqual([
      1,
      "EXPRESSION_LIMIT",
      "EXPRESSION_FAILED",
      4,
    ]);
    expect(await sandbox.evaluate("order", [])).toEqual([]);
  });

  test("a released run starts afresh and statistics count", async () => {
    const before = sandbox.stats();
    await one("1", {}, "released");
    sandbox.release("released");
    expect(await one("2", {}, "released")).toEqual({ ok: true, value: 2 });
    expect(sandbox.stats()).toMatchObject({ workers: 1, busy: 0, queued: 0, evaluations: before.evaluations + 2 });
  });
});

test("after closing, work is refused as retryable", async () => {
  const closing = await createSandbox({ workers: 1, log: pino({ level: "silent" }) });
  const pending = closing.evaluate("a", [evaluation("(() => { while (true) {} })()")]);
  const queued = closing.evaluate("b", [evaluation("1")]);
  const refused = expect(Promise.allSettled([pending, queued])).resolves.toMatchObject([
    { status: "rejected", reason: { code: "SERVICE_UNAVAILABLE", retryable: true } },
    { status: "rejected", reason: { code: "SERVICE_UNAVAILABLE", retryable: true } },
  ]);
  await closing.close();
  await refused;
  await expect(closing.check("1")).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE" });
  expect(closing.stats()).toMatchObject({ workers: 0, busy: 0, queued: 0 });
});
