import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SlotRule } from "../../engine/ports/slots.ts";
import { connectRedis, type RedisClient } from "./connection.ts";
import { createSlots } from "./slots.ts";
import { startTestRedis, type TestRedis } from "./test-redis.ts";

const quiet = { info: () => undefined, warn: () => undefined };
let server: TestRedis;
let redis: RedisClient;
beforeAll(async () => {
  server = await startTestRedis();
  redis = connectRedis({ url: server.url, name: "test", log: quiet });
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const steps = (max: number): SlotRule => ({ kind: "organization", name: "", max });
const workflow = (max: number): SlotRule => ({ kind: "workflow", name: "w", max });

test("of a hundred that ask at once as many as there is room for are let in, and who holds on holds one slot", async () => {
  const slots = createSlots(redis, quiet);
  const org = randomUUID();
  const taken = await Promise.all(Array.from({ length: 100 }, (_, index) => slots.take(org, [steps(7)], `h${index}`)));
  expect(taken.filter((full) => full === null)).toHaveLength(7);
  const holder = `h${taken.indexOf(null)}`;
  expect(await slots.take(org, [steps(7)], holder)).toBe(null);
  expect(await slots.take(org, [steps(7)], "late")).toEqual(steps(7));
  await slots.release(org, [steps(7)], holder);
  expect(await slots.take(org, [steps(7)], "late")).toBe(null);
  expect(await slots.take(randomUUID(), [steps(1)], "another organisation's")).toBe(null);
});

test("where one limit has no room, none of the others is taken, and the full one is named", async () => {
  const slots = createSlots(redis, quiet);
  const org = randomUUID();
  expect(await slots.take(org, [steps(2), workflow(1)], "a")).toBe(null);
  expect(await slots.take(org, [steps(2), workflow(1)], "b")).toEqual(workflow(1));
  expect(await slots.take(org, [steps(2)], "c")).toBe(null);
  expect(await slots.take(org, [steps(2)], "d")).toEqual(steps(2));
});

test("who finds no room is called when there is, one at a time and the first first; who was let in waits no more", async () => {
  const slots = createSlots(redis, quiet);
  const org = randomUUID();
  const ask = (holder: string) => slots.take(org, [steps(1), workflow(5)], holder, `ticket of ${holder}`);
  const leave = (holder: string) => slots.release(org, [steps(1), workflow(5)], holder);
  expect(await ask("a")).toBe(null);
  expect(await leave("a")).toEqual([]);
  expect(await ask("a")).toBe(null);
  expect(await ask("b")).toEqual(steps(1));
  expect(await ask("c")).toEqual(steps(1));
  expect(await leave("nobody")).toEqual([]);
  expect(await leave("a")).toEqual(["ticket of b"]);
  expect(await ask("b")).toBe(null);
  expect(await leave("b")).toEqual(["ticket of c"]);
  // The one that was called did not come, and does not ask any more.
  expect(await leave("b")).toEqual([]);
});

test("a holder that fell silent is forgotten", async () => {
  const slots = createSlots(redis, quiet, 30);
  const org = randomUUID();
  await slots.take(org, [steps(1)], "dead");
  const deadline = performance.now() + 5_000;
  while ((await slots.take(org, [steps(1)], "next")) !== null) expect(performance.now()).toBeLessThan(deadline);
});
