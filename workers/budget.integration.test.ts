import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { connectRedis } from "../adapters/redis/connection.ts";
import type { RedisClient } from "../adapters/redis/connection.ts";
import { createPurse, type Ledger } from "../adapters/redis/purse.ts";
import { startTestRedis } from "../adapters/redis/test-redis.ts";
import type { TestRedis } from "../adapters/redis/test-redis.ts";
import { BatonError } from "../engine/errors.ts";
import type { OrganizationModels } from "../engine/ports/model.ts";
import type { WorkflowFileInput } from "../engine/workflow/file.ts";
import { checkJournal } from "./faults/journal-check.ts";
import { createMemoryStack, createMemoryWorker, type MemoryWorker } from "./faults/memory-worker.ts";

const quiet = { info: () => undefined, warn: () => undefined };
let server: TestRedis;
let redis: RedisClient;
const workers: MemoryWorker[] = [];

beforeAll(async () => {
  server = await startTestRedis();
  redis = connectRedis({ url: server.url, name: "test", log: quiet });
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.close()));
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

/** One dollar a thousand tokens out; each answer is of 900 of them. */
function model(calls: { now: number; most: number; made: number }, fails = false): OrganizationModels {
  return {
    priceOf: () => ({ input: 0, output: 1_000 }),
    async answer({ maxTokens = 0 }) {
      calls.made += 1;
      calls.now += 1;
      calls.most = Math.max(calls.most, calls.now);
      await new Promise((resolve) => setImmediate(resolve));
      calls.now -= 1;
      if (fails) throw new BatonError("MODEL_UNAVAILABLE", "away", { retryable: false });
      const outputTokens = Math.min(900, maxTokens);
      const usage = {
        model: "m",
        provider: "p",
        inputTokens: 0,
        outputTokens,
        costUsd: outputTokens / 1_000,
        demo: false,
      };
      return { text: "yes", value: null, usage, finish: "stop" };
    },
  };
}

/** So many agents side by side, each asking for at most 1,000 tokens: 1 dollar is set aside for each. */
function fanOut(width: number, budgetUsd: number | null): WorkflowFileInput {
  const agents = Array.from({ length: width }, (_, index) => `a${index}`);
  return {
    schemaVersion: 1,
    name: "Fan",
    settings: { maxConcurrency: 1_000, budgetUsd, onFailure: "finishOthers" },
    nodes: [
      { id: "start", type: "start" },
      ...agents.map((id) => ({
        id,
        type: "agent",
        config: { prompt: "?", maxTokens: 1_000 },
        retry: { maxAttempts: 1 },
      })),
    ],
    edges: agents.map((id) => ({ id: `e-${id}`, source: "start", target: id })),
  };
}

function setUp(calls: Parameters<typeof model>[0], ledger: Partial<Ledger> = {}, fails = false): MemoryWorker {
  const stack = createMemoryStack();
  const purse = createPurse(redis, {
    spentByRun: async (runId) => stack.store.run(runId)?.row.costUsd ?? 0,
    spentByOrganization: async () => 0,
    monthlyBudget: async () => null,
    ...ledger,
  });
  const worker = createMemoryWorker({ purse, model: model(calls, fails) }, stack);
  workers.push(worker);
  return worker;
}

test("a hundred agents at once spend no more than the run's budget, and the rest are told why", async () => {
  const calls = { now: 0, most: 0, made: 0 };
  const { addRun, finish, store } = setUp(calls);
  const run = addRun(fanOut(100, 20));
  const events = await finish(run);
  checkJournal(events);
  const cost = store.run(run)?.row.costUsd ?? 0;
  expect(cost).toBeLessThanOrEqual(20);
  // What is set aside and not needed is given back: more than twenty calls of 0.90 were made, all that fit.
  expect(calls.made).toBeGreaterThanOrEqual(20);
  expect(cost).toBeGreaterThan(17);
  expect(calls.most).toBeLessThanOrEqual(20);
  expect(events.at(-1)).toMatchObject({ type: "run-failed", error: { code: "BUDGET_EXCEEDED" } });
  const refused = events.filter((event) => event.type === "step-failed" && event.error.code === "BUDGET_EXCEEDED");
  expect(refused).toHaveLength(100 - calls.made);
});

test("an organisation's month bounds all its runs together", async () => {
  const calls = { now: 0, most: 0, made: 0 };
  const { addRun, finish, store } = setUp(calls, {
    monthlyBudget: async () => 105,
    spentByOrganization: async () => 100,
  });
  const orgId = randomUUID();
  const runs = [addRun(fanOut(10, null)), addRun(fanOut(10, null))];
  for (const run of runs) Object.assign(store.run(run)!.header, { orgId });
  await Promise.all(runs.map(finish));
  const cost = runs.reduce((sum, run) => sum + (store.run(run)?.row.costUsd ?? 0), 0);
  expect(cost).toBeLessThanOrEqual(5);
  expect(cost).toBeGreaterThan(3);
});

test("calls that fail give back what was set aside for them", async () => {
  const calls = { now: 0, most: 0, made: 0 };
  const { addRun, finish } = setUp(calls, {}, true);
  const events = await finish(addRun(fanOut(50, 3)));
  // Three dollars hold three calls at a time; each that failed made room for the next, or found none for the moment.
  expect(events.some((event) => event.type === "step-failed" && event.error.code === "MODEL_UNAVAILABLE")).toBe(true);
  const again = await finish(addRun(fanOut(1, 3)));
  expect(again.at(-1)).toMatchObject({ error: { code: "MODEL_UNAVAILABLE" } });
});

test("a Redis that forgot everything is told by the journal what was spent", async () => {
  const purse = createPurse(redis, {
    spentByRun: async () => 9,
    spentByOrganization: async () => 0,
    monthlyBudget: async () => null,
  });
  const purchase = { runId: randomUUID(), orgId: randomUUID(), key: "a", amountUsd: 1, runBudgetUsd: 10 };
  const reservation = await purse.reserve(purchase);
  // The same call again is the same reservation; another one finds no room.
  await purse.reserve(purchase);
  await expect(purse.reserve({ ...purchase, key: "b" })).rejects.toMatchObject({ code: "BUDGET_EXCEEDED" });
  await reservation.settle(0.25);
  await expect(purse.reserve({ ...purchase, key: "b", amountUsd: 0.75 })).resolves.toBeDefined();
  await redis.flushall();
  await expect(purse.reserve({ ...purchase, key: "c", amountUsd: 1.5 })).rejects.toMatchObject({
    message: expect.stringContaining("$9.00 is spent"),
  });
});
