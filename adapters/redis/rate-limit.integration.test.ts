import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectRedis, type RedisClient } from "./connection.ts";
import { createBuckets } from "./rate-limit.ts";
import { startTestRedis, type TestRedis } from "./test-redis.ts";

const quiet = { info: () => undefined, warn: () => undefined };
let server: TestRedis;
let redis: RedisClient;
let now = 0;

beforeAll(async () => {
  server = await startTestRedis();
  redis = connectRedis({ url: server.url, name: "test", log: quiet });
  await redis.ping();
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const process = () => createBuckets(redis, () => now);
/** How many of so many requests, spread over these processes, are allowed. */
async function allowed(count: number, takers: ReturnType<typeof process>[], bucket: object): Promise<number> {
  const key = randomUUID();
  let taken = 0;
  for (let index = 0; index < count; index++) {
    const answer = await takers[index % takers.length]!.take(key, bucket as never);
    if (answer.allowed) taken += 1;
  }
  return taken;
}

test("a small bucket is counted exactly, over any number of processes", async () => {
  expect(await allowed(60, [process(), process(), process()], { capacity: 40, refillPerSecond: 0.001 })).toBe(40);
});

test("of a large bucket no more is given out than it holds, however many processes hold tokens", async () => {
  const bucket = { capacity: 2_000, refillPerSecond: 0.001 };
  expect(await allowed(2_200, [process(), process(), process()], bucket)).toBe(2_000);
});

test("requests one after another share a question to Redis, and tokens left unused for a second are gone", async () => {
  const [taker, key] = [process(), randomUUID()];
  const bucket = { capacity: 10_000, refillPerSecond: 0.001 };
  expect(await taker.take(key, bucket)).toMatchObject({ allowed: true, tokens: 9_999 });
  await redis.del(`baton:rate:${key}`);
  expect(await taker.take(key, bucket)).toMatchObject({ allowed: true, tokens: 9_998 });
  expect(await redis.exists(`baton:rate:${key}`)).toBe(0);
  now += 1_001;
  await taker.take(key, bucket);
  expect(await redis.exists(`baton:rate:${key}`)).toBe(1);
});
