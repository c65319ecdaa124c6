import { describe, expect, test } from "vitest";
import { noTracer } from "../adapters/memory/tracer.ts";
import { BatonError } from "../engine/errors.ts";
import type { BreakerName, Breakers } from "../engine/ports/breakers.ts";
import type { ModelRequest } from "../engine/ports/model.ts";
import type { Purse } from "../engine/ports/purse.ts";
import { freeSlots } from "./faults/memory-worker.ts";
import { breakingHttp } from "./http-calls.ts";
import { askModel, type ModelCallPorts } from "./model-calls.ts";

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const spender = { runId: "run", orgId: "org", step: "ask", runBudgetUsd: 1 };
const usage = { model: "m", provider: "p", inputTokens: 1, outputTokens: 1, costUsd: 0.1, demo: false };

function request(more: Partial<ModelRequest> = {}): ModelRequest {
  const messages = [{ role: "user" as const, content: "x".repeat(300) }];
  return { model: "first", messages, idempotencyKey: "key", signal: new AbortController().signal, ...more };
}

function setUp(failing: Record<string, BatonError>, open: string[] = []) {
  const told: string[] = [];
  const asked: ModelRequest[] = [];
  const reserved: { amountUsd: number; settled: number | null }[] = [];
  const breakers: Breakers = {
    enter: async ({ name }) =>
      open.includes(name) ? { passes: false, retryAfterMs: 4_000 } : { passes: true, probe: false },
    succeeded: async ({ name }: BreakerName) => void told.push(`${name} ok`),
    failed: async ({ name }: BreakerName) => void told.push(`${name} failed`),
    list: async () => [],
  };
  const purse: Purse = {
    isBounded: async () => true,
    async reserve({ amountUsd }) {
      const reservation = { amountUsd, settled: null as number | null };
      reserved.push(reservation);
      return { settle: async (cost) => void (reservation.settled = cost) };
    },
  };
  const ports: ModelCallPorts = {
    log,
    tracer: noTracer,
    breakers,
    purse,
    stepSlots: freeSlots,
    model: {
      priceOf: () => ({ input: 1, output: 10 }),
      async answer(each) {
        asked.push(each);
        const failure = failing[each.model ?? ""];
        if (failure !== undefined) throw failure;
        return { text: `${each.model} says`, value: null, usage, finish: "stop" };
      },
    },
  };
  return { ports, told, asked, reserved, notes: [] as string[] };
}

const away = new BatonError("MODEL_UNAVAILABLE", "It is away.");

describe("asking a model", () => {
  test("sets aside what the call may cost at most, and puts what it cost in its place", async () => {
    const { ports, reserved, asked } = setUp({});
    await askModel(ports, spender, request(), () => undefined);
    // 300 characters are 100 tokens and 8 around them; 4,096 tokens out at most, which is then also asked for.
    expect(reserved).toEqual([{ amountUsd: (108 * 1 + 4_096 * 10) / 1e6, settled: 0.1 }]);
    expect(asked[0]?.maxTokens).toBe(4_096);
  });

  test("goes on to the next model while one is away, gives its money back and says so", async () => {
    const { ports, reserved, told, notes } = setUp({ first: away, second: away });
    const answer = await askModel(ports, spender, request({ fallbackModels: ["second", "third"] }), (note) =>
      notes.push(note),
    );
    expect(answer.text).toBe("third says");
    expect(told).toEqual(["first failed", "second failed", "third ok"]);
    expect(reserved.map(({ settled }) => settled)).toEqual([0, 0, 0.1]);
    expect(notes.at(-1)).toBe("third answered instead of first.");
  });

  test("asks nobody whose breaker is open, and says when to come back when there is no other", async () => {
    const { ports, asked, reserved } = setUp({}, ["first", "second"]);
    const failing = askModel(ports, spender, request({ fallbackModels: ["second"] }), () => undefined);
    await expect(failing).rejects.toMatchObject({ code: "CIRCUIT_OPEN", retryable: true, retryAfterMs: 4_000 });
    expect([asked, reserved]).toEqual([[], []]);
  });

  test("what is the author's to mend, another model does not mend; and it breaks no circuit", async () => {
    const wrong = new BatonError("MODEL_NOT_CONFIGURED", "There is no such model.");
    const { ports, asked, told } = setUp({ first: wrong });
    await expect(askModel(ports, spender, request({ fallbackModels: ["second"] }), () => undefined)).rejects.toBe(
      wrong,
    );
    expect(asked).toHaveLength(1);
    expect(told).toEqual([]);
  });

  test("an answer that was paid for and useless is counted, and the next model may do better", async () => {
    const bad = new BatonError("MODEL_BAD_OUTPUT", "No JSON.", { details: { usage } });
    const { ports, reserved, told } = setUp({ first: bad });
    const answer = await askModel(ports, spender, request({ fallbackModels: ["second"] }), () => undefined);
    expect(answer.text).toBe("second says");
    expect(reserved.map(({ settled }) => settled)).toEqual([0.1, 0.1]);
    expect(told).toEqual(["second ok"]);
  });
});

describe("calling a host", () => {
  test("counts what the host did wrong, not what the caller did", async () => {
    const { ports, told } = setUp({});
    const statuses = [200, 404, 503];
    const send = async () => ({ status: statuses.shift() ?? 0, headers: {}, body: "", url: "" });
    const http = breakingHttp({ send }, ports.breakers, "org");
    const call = { method: "GET" as const, url: "https://api.test/x", headers: {}, timeoutMs: 1, maxBytes: 1 };
    for (let i = 0; i < 3; i++) await http.send(call);
    expect(told).toEqual(["api.test ok", "api.test ok", "api.test failed"]);
    const blocked = breakingHttp({ send }, setUp({}, ["api.test"]).ports.breakers, "org");
    await expect(blocked.send(call)).rejects.toMatchObject({ code: "CIRCUIT_OPEN" });
  });
});
