import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BatonError } from "../../engine/errors.ts";
import type { JsonObject } from "../../engine/json.ts";
import type { ModelRequest } from "../../engine/ports/model.ts";
import { createOpenAIModel } from "./openai.ts";
import type { OpenAIModelOptions } from "./openai.ts";
import { createScriptedModelServer } from "./scripted.ts";
import type { Fault, ScriptedModelServer } from "./scripted.ts";

let server: ScriptedModelServer;
beforeEach(async () => {
  server = await createScriptedModelServer();
});
afterEach(() => server.close());

const apiKey = "sk-test-not-a-real-key";
const verdict: JsonObject = {
  type: "object",
  properties: { ok: { type: "boolean" }, level: { enum: ["low", "high"] } },
  required: ["ok", "level"],
  additionalProperties: false,
};

function model(over: Partial<OpenAIModelOptions> = {}) {
  return createOpenAIModel({
    apiKey,
    baseURL: server.url,
    defaultModel: "gpt-4o",
    provider: "Acme AI",
    log: pino({ level: "silent" }),
    firstByteTimeoutMs: 2_000,
    idleTimeoutMs: 2_000,
    ...over,
  });
}

function ask(over: Partial<ModelRequest> = {}): ModelRequest {
  return {
    model: null,
    messages: [
      { role: "system", content: "You judge." },
      { role: "user", content: "Judge this" },
    ],
    idempotencyKey: "run.step.1",
    signal: new AbortController().signal,
    ...over,
  };
}

async function failure(promise: Promise<unknown>): Promise<BatonError> {
  const thrown = await promise.catch((error: unknown) => error);
  if (!(thrown instanceof BatonError)) throw new Error(`no BatonError: ${String(thrown)}`);
  expect(thrown.message).not.toContain(apiKey);
  return thrown;
}

const status = (code: number, more: object = {}): Fault => ({ status: code, ...more });

describe("answers", () => {
  test("text streams in, and usage and cost are recorded", async () => {
    server.script("Judge", ["All is well — 日本 🎉."]);
    const pieces: string[] = [];
    const answer = await model().answer(ask({ temperature: 0, maxTokens: 50, onText: (text) => pieces.push(text) }));
    expect(answer).toMatchObject({ text: "All is well — 日本 🎉.", value: null, finish: "stop" });
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join("")).toBe(answer.text);
    expect(answer.usage).toMatchObject({ model: "gpt-4o", provider: "Acme AI", inputTokens: 5, demo: false });
    expect(answer.usage.costUsd).toBeCloseTo((5 * 2.5 + answer.usage.outputTokens * 10) / 1e6, 12);
    expect(server.requests[0]).toMatchObject({
      headers: { "idempotency-key": "run.step.1", authorization: `Bearer ${apiKey}` },
      request: { stream: true, temperature: 0, max_tokens: 50, stream_options: { include_usage: true } },
    });
  });

  test("a schema is sent strictly where it allows that, and the value is checked", async () => {
    server.script("Judge", [{ json: { ok: true, level: "high" } }, { json: { ok: true } }]);
    const answer = await model().answer(ask({ schema: { name: "my verdict", schema: verdict } }));
    expect(answer.value).toEqual({ ok: true, level: "high" });
    const loose: JsonObject = { type: "object", properties: { ok: { type: "boolean" } } };
    await model().answer(ask({ schema: { name: "v", schema: loose } }));
    expect(server.requests.map(({ request }) => request.response_format)).toMatchObject([
      { type: "json_schema", json_schema: { name: "my_verdict", strict: true, schema: verdict } },
      { type: "json_schema", json_schema: { name: "v", strict: false, schema: loose } },
    ]);
  });

  test("a list travels in an object", async () => {
    server.script("Judge", [{ json: { value: [1, 2] } }]);
    const schema: JsonObject = { type: "array", items: { type: "integer" } };
    expect((await model().answer(ask({ schema: { name: "n", schema } }))).value).toEqual([1, 2]);
  });

  test("JSON in a code fence or after a word is read", async () => {
    const json = '{"ok":false,"level":"low"}';
    server.script("Judge", ["Here it is:\n```json\n" + json + "\n```", `Sure! ${json} Bye.`]);
    for (let i = 0; i < 2; i++) {
      const answer = await model().answer(ask({ schema: { name: "v", schema: verdict } }));
      expect(answer.value).toEqual({ ok: false, level: "low" });
    }
  });

  test("an answer that does not fit is mended once, and both calls are paid", async () => {
    server.script("does not fit the schema: level must be equal to one of", [{ json: { ok: true, level: "low" } }]);
    server.script("Judge", [{ json: { ok: true, level: "medium" } }]);
    const answer = await model().answer(ask({ schema: { name: "v", schema: verdict } }));
    expect(answer.value).toEqual({ ok: true, level: "low" });
    expect(server.requests.map(({ headers }) => headers["idempotency-key"])).toEqual(["run.step.1", "run.step.1.mend"]);
    expect(answer.usage.inputTokens).toBeGreaterThan(20);
  });

  test("the demo model costs nothing; another model has its own price or none", async () => {
    server.script("Judge", ["a", "b", "c"]);
    expect((await model({ demo: true }).answer(ask())).usage).toMatchObject({ costUsd: 0, demo: true });
    expect((await model().answer(ask({ model: "made-up" }))).usage).toMatchObject({ model: "made-up", costUsd: 0 });
    const prices = { "made-up": { input: 1_000_000, output: 0 } };
    expect((await model({ prices }).answer(ask({ model: "made-up-2026-01-01" }))).usage.costUsd).toBe(5);
  });

  test("missing usage is estimated, a missing [DONE] after a finished answer is forgiven, a cut text says so", async () => {
    server.script("Judge", [
      { fault: "no-usage", content: "twelve chars" },
      { fault: "no-done", content: "whole" },
      { content: "cut he", finish: "length" },
    ]);
    expect((await model().answer(ask())).usage).toMatchObject({ inputTokens: 5, outputTokens: 3 });
    expect(await model().answer(ask())).toMatchObject({ text: "whole", finish: "stop" });
    expect(await model().answer(ask())).toMatchObject({ text: "cut he", finish: "length" });
  });
});

describe("failures", () => {
  test.each<[string, Fault, string, object]>([
    [
      "a wrong key",
      status(401, { message: `Incorrect API key provided: ${apiKey}` }),
      "MODEL_NOT_CONFIGURED",
      { retryable: false },
    ],
    ["a forbidden key", status(403), "MODEL_NOT_CONFIGURED", { message: expect.stringContaining("API key") }],
    [
      "an unknown model",
      status(404),
      "MODEL_NOT_CONFIGURED",
      { message: expect.stringContaining('no model "gpt-4o"') },
    ],
    ["no credit", status(429, { type: "insufficient_quota" }), "MODEL_NOT_CONFIGURED", { retryable: false }],
    ["a limit", status(429, { retryAfter: "7" }), "MODEL_RATE_LIMITED", { retryable: true, retryAfterMs: 7_000 }],
    ["a limit without a time", status(429), "MODEL_RATE_LIMITED", { retryable: true, retryAfterMs: undefined }],
    [
      "a bad request",
      status(400, { message: `too long, sk-abcdef123456 ${apiKey}` }),
      "MODEL_REFUSED",
      { message: expect.stringContaining("too long") },
    ],
    ["408", status(408), "MODEL_UNAVAILABLE", { retryable: true }],
    ["500", status(500), "MODEL_UNAVAILABLE", { retryable: true }],
    ["503 with a time", status(503, { retryAfter: "2" }), "MODEL_UNAVAILABLE", { retryAfterMs: 2_000 }],
    ["a reset", "reset", "MODEL_UNAVAILABLE", { retryable: true }],
    ["a cut stream", "cut", "MODEL_UNAVAILABLE", { retryable: true }],
    ["a damaged chunk", "malformed-chunk", "MODEL_UNAVAILABLE", { retryable: true }],
    ["no reason to end", "no-finish", "MODEL_UNAVAILABLE", { retryable: true }],
    ["empty choices", "empty-choices", "MODEL_UNAVAILABLE", { retryable: true }],
    ["200 with an error", "error-body", "MODEL_UNAVAILABLE", { retryable: true }],
    ["an error in the stream", "error-event", "MODEL_UNAVAILABLE", { retryable: true }],
    ["a sign-in page", "not-events", "MODEL_UNAVAILABLE", { retryable: true }],
  ])("%s", async (_name, fault, code, expected) => {
    // Half of a perfectly good structured answer is no answer either.
    const half = { fault, content: '{"ok":true,"level":"high"}' };
    server.script("Judge", [half, half]);
    for (const schema of [undefined, { name: "v", schema: verdict }]) {
      expect(await failure(model().answer(ask({ schema })))).toMatchObject({ code, ...expected });
    }
    expect(server.requests).toHaveLength(2);
  });

  test("silence before the first piece and in mid-answer ends the call and its socket", async () => {
    server.script("Judge", [{ fault: "stall" }, { fault: "stall-midway" }]);
    const hasty = model({ firstByteTimeoutMs: 60, idleTimeoutMs: 500 });
    expect(await failure(hasty.answer(ask()))).toMatchObject({
      code: "MODEL_UNAVAILABLE",
      message: expect.stringContaining("said nothing"),
    });
    const impatient = model({ firstByteTimeoutMs: 2_000, idleTimeoutMs: 60 });
    expect(await failure(impatient.answer(ask()))).toMatchObject({ message: expect.stringContaining("fell silent") });
    await expect.poll(() => server.requests.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  test("stopping reaches the socket, before and in mid-answer", async () => {
    server.script("Judge", [{ fault: "stall" }, { fault: "stall-midway" }]);
    for (const count of [1, 2]) {
      const stop = new AbortController();
      const pieces: string[] = [];
      const pending = failure(model().answer(ask({ signal: stop.signal, onText: (text) => pieces.push(text) })));
      await expect.poll(() => server.requests.length === count && pieces.length >= (count - 1) * 2).toBe(true);
      stop.abort(new BatonError("RUN_CANCELLED", "cancelled"));
      expect(await pending).toMatchObject({ code: "RUN_CANCELLED" });
      await expect.poll(() => server.requests[count - 1]!.aborted).toBe(true);
    }
    const stopped = AbortSignal.abort();
    expect(await failure(model().answer(ask({ signal: stopped })))).toMatchObject({ code: "MODEL_UNAVAILABLE" });
    expect(server.requests).toHaveLength(2);
  });

  test("refusals are refusals, and a filtered answer is one", async () => {
    server.script("Judge", [{ refusal: "I will not." }, { content: "half", finish: "content_filter" }]);
    expect(await failure(model().answer(ask()))).toMatchObject({
      code: "MODEL_REFUSED",
      message: expect.stringContaining("I will not."),
    });
    expect(await failure(model().answer(ask()))).toMatchObject({ code: "MODEL_REFUSED", retryable: false });
  });

  test("answers that stay wrong, are cut or empty are bad output, with what they cost", async () => {
    server.script("does not fit", ["still no JSON"]);
    server.script("Judge", ["no JSON", { content: '{"ok":tr', finish: "length" }, ""]);
    const schema = { name: "v", schema: verdict };
    expect(await failure(model().answer(ask({ schema })))).toMatchObject({
      code: "MODEL_BAD_OUTPUT",
      message: expect.stringContaining("not JSON"),
      details: { usage: { provider: "Acme AI" } },
    });
    expect(await failure(model().answer(ask({ schema })))).toMatchObject({
      code: "MODEL_BAD_OUTPUT",
      message: expect.stringContaining("cut"),
    });
    expect(await failure(model().answer(ask()))).toMatchObject({
      code: "MODEL_BAD_OUTPUT",
      message: expect.stringContaining("nothing"),
    });
  });

  test("a schema that is none is the author's fault, and nothing is asked", async () => {
    const schema = { name: "v", schema: { type: "objekt" } };
    expect(await failure(model().answer(ask({ schema })))).toMatchObject({ code: "WORKFLOW_INVALID" });
    expect(server.requests).toHaveLength(0);
  });

  test("a pattern that explodes is not run here", async () => {
    server.script("Judge", [{ json: { name: `${"a".repeat(40)}!` } }]);
    const schema: JsonObject = { type: "object", properties: { name: { type: "string", pattern: "^(a+)+$" } } };
    expect((await model().answer(ask({ schema: { name: "v", schema } }))).value).toEqual({
      name: `${"a".repeat(40)}!`,
    });
  });

  test("a guard's refusal comes through as it is", async () => {
    const blocked = new BatonError("HTTP_BLOCKED", "not public");
    const fetch = () => Promise.reject(new TypeError("fetch failed", { cause: blocked }));
    expect(await failure(model({ fetch }).answer(ask()))).toBe(blocked);
  });

  test("the scripted server refuses a surprise and remembers it", async () => {
    server.script("Something else", ["no"]);
    expect(await failure(model().answer(ask()))).toMatchObject({ code: "MODEL_UNAVAILABLE" });
    expect(server.requests).toMatchObject([{ expected: false, prompt: "Judge this" }]);
  });
});
