import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runMailboxSuite } from "../conformance/run-mailbox.suite.ts";
import { stepControlSuite } from "../conformance/step-control.suite.ts";
import { connectRedis, connectSubscriber, refuseEviction } from "./connection.ts";
import type { RedisClient } from "./connection.ts";
import { runKeys } from "./keys.ts";
import { createPubSub } from "./pub-sub.ts";
import type { PubSub } from "./pub-sub.ts";
import { createRunEnds } from "./run-ends.ts";
import { createRunMailbox } from "./run-mailbox.ts";
import type { RedisRunMailbox } from "./run-mailbox.ts";
import { createStepControl } from "./step-control.ts";
import { startTestRedis } from "./test-redis.ts";
import type { TestRedis } from "./test-redis.ts";

const quiet = { info: () => undefined, warn: () => undefined };
let server: TestRedis;
let redis: RedisClient;
let mailbox: RedisRunMailbox;
let mine: PubSub;
let theirs: PubSub;

beforeAll(async () => {
  server = await startTestRedis();
  redis = connectRedis({ url: server.url, name: "test", log: quiet });
  const open = (): PubSub =>
    createPubSub(redis, connectSubscriber({ url: server.url, name: "test", log: quiet }), quiet);
  mine = open();
  theirs = open();
  mailbox = createRunMailbox(redis, { name: "here", pubSub: mine });
});
afterAll(async () => {
  await Promise.all([mine.close(), theirs.close()]);
  redis.disconnect();
  await server.stop();
});

runMailboxSuite("Redis", () => ({ mailbox, newRunId: randomUUID }));

stepControlSuite("Redis", () => ({
  control: createStepControl(mine),
  ends: createRunEnds(mine),
  other: { control: createStepControl(theirs), ends: createRunEnds(theirs) },
  // Each connection answers in order: after a subscription of our own is heard back, those before it are in place.
  async listening() {
    await Promise.all(
      [mine, theirs].map(async (pubSub) => {
        const channel = randomUUID();
        const heard = Promise.withResolvers<void>();
        const stop = pubSub.subscribe(channel, () => heard.resolve());
        const calling = setInterval(() => pubSub.publish(channel, "?"), 5);
        await heard.promise;
        clearInterval(calling);
        stop();
      }),
    );
  },
}));

test("all keys of a run are in one slot of a cluster, and none stays for ever", async () => {
  const run = randomUUID();
  await mailbox.deliver(run, [{ id: "a", input: { type: "start" } }], 5_000);
  await mailbox.post(run, [{ id: "b", input: { type: "start" } }]);
  const keys = [runKeys.mail(run), runKeys.lease(run), runKeys.hot(run)];
  for (const key of keys) expect(key).toContain(`{${run}}`);
  for (const key of (await redis.keys(`*${run}*`)) ?? []) expect(await redis.pttl(key), key).toBeGreaterThan(0);
});

test("a dead worker's leases are let go, and nobody else's", async () => {
  const dead = createRunMailbox(redis, { name: "dead", pubSub: mine });
  const [first, second, other] = [randomUUID(), randomUUID(), randomUUID()];
  await Promise.all([first, second].map((run) => dead.deliver(run, [], 5_000)));
  const lease = await mailbox.deliver(other, [], 5_000);
  expect((await mailbox.release("dead")).toSorted()).toEqual([first, second].toSorted());
  expect(await mailbox.release("dea")).toEqual([]);
  expect(await mailbox.deliver(first, [], 5_000)).not.toBeNull();
  expect(await mailbox.renew([lease!], 5_000)).toEqual(["held"]);
});

test("scripts are there again after Redis lost them", async () => {
  await redis.script("FLUSH");
  expect(await mailbox.deliver(randomUUID(), [], 5_000)).not.toBeNull();
});

test("a state that cannot be read counts as lost", async () => {
  const run = randomUUID();
  await redis.hset(runKeys.hot(run), { seq: 4, json: JSON.stringify({ schema: 99, runId: run }) });
  expect((await mailbox.deliver(run, [], 5_000))?.state).toBeNull();
});

test("a Redis that may evict keys is refused, with what to do about it", async () => {
  const evicting = await startTestRedis("allkeys-lru");
  const client = connectRedis({ url: evicting.url, name: "test", log: quiet });
  try {
    await expect(refuseEviction(client)).rejects.toThrow(/allkeys-lru.*noeviction/s);
    await expect(refuseEviction(redis)).resolves.toBeUndefined();
  } finally {
    client.disconnect();
    await evicting.stop();
  }
});
