import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { BreakerName, Breakers } from "../../engine/ports/breakers.ts";
import { breakerDefaults, createBreakers } from "./breakers.ts";
import { connectRedis } from "./connection.ts";
import type { RedisClient } from "./connection.ts";
import { startTestRedis } from "./test-redis.ts";
import type { TestRedis } from "./test-redis.ts";

const quiet = { info: () => undefined, warn: () => undefined };
const quick = { ...breakerDefaults, openMs: 150, longestOpenMs: 600, probeMs: 400, trustMs: 0 };
let server: TestRedis;
let redis: RedisClient;
/** Two workers. */
let one: Breakers;
let two: Breakers;

beforeAll(async () => {
  server = await startTestRedis();
  redis = connectRedis({ url: server.url, name: "test", log: quiet });
  one = createBreakers(redis, quiet, quick);
  two = createBreakers(redis, quiet, quick);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

function newName(): BreakerName {
  return { orgId: randomUUID(), kind: "model", name: "gpt" };
}

async function fail(name: BreakerName, times: number): Promise<void> {
  for (let i = 0; i < times; i++) await (i % 2 === 0 ? one : two).failed(name);
}

test("five failures, wherever they happen, open it for every worker, and one of them probes", async () => {
  const name = newName();
  await fail(name, 4);
  expect(await one.enter(name)).toEqual({ passes: true, probe: false });
  await fail(name, 1);
  expect(await two.enter(name)).toMatchObject({ passes: false, retryAfterMs: expect.any(Number) });
  expect(await one.list(name.orgId)).toMatchObject([{ kind: "model", name: "gpt", state: "open", failures: 5 }]);
  await vi.waitFor(async () => expect((await two.list(name.orgId))[0]?.state).toBe("half-open"));

  const passes = await Promise.all([one.enter(name), two.enter(name), one.enter(name), two.enter(name)]);
  expect(passes.filter((pass) => pass.passes)).toEqual([{ passes: true, probe: true }]);
  // A probe may be over at any time: nobody is sent away for all that it may take.
  for (const pass of passes) if (!pass.passes) expect(pass.retryAfterMs).toBeLessThanOrEqual(quick.openMs);
  await (passes[1]?.passes === true || passes[3]?.passes === true ? two : one).succeeded(name);
  expect(await one.enter(name)).toEqual({ passes: true, probe: false });
  expect(await one.list(name.orgId)).toEqual([]);
});

test("a probe that fails closes nothing: it stays open twice as long", async () => {
  const name = newName();
  await fail(name, 5);
  await vi.waitFor(async () => expect(await one.enter(name)).toEqual({ passes: true, probe: true }));
  await one.failed(name);
  const again = await two.enter(name);
  expect(again.passes ? 0 : again.retryAfterMs).toBeGreaterThan(quick.openMs);
});

test("failures that successes lie between do not open it, and another organisation's are another's", async () => {
  const name = newName();
  for (let i = 0; i < 20; i++) {
    await one.failed(name);
    await one.succeeded(name);
  }
  expect(await one.enter(name)).toEqual({ passes: true, probe: false });
  await fail(name, 5);
  expect((await one.enter({ ...name, orgId: randomUUID() })).passes).toBe(true);
});

test("a late success from before it opened does not close it", async () => {
  const name = newName();
  await fail(name, 5);
  await one.succeeded(name);
  expect((await two.enter(name)).passes).toBe(false);
});
