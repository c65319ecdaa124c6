import { readFileSync } from "node:fs";
import type { Logger } from "pino";
import { z } from "zod";
import type { SlotRule, Slots } from "../../engine/ports/slots.ts";
import type { RedisClient } from "./connection.ts";
import { slotsKey } from "./keys.ts";

/** A holder that does not ask again within this has died; its slots are free. */
export const slotKeepMs = 15_000;

/** Whoever waits asks again every second; one that has not for so long waits no more. */
const waitMs = 3_000;

const takeSource = new URL("./scripts/slots.lua", import.meta.url);
const releaseSource = new URL("./scripts/slots-release.lua", import.meta.url);

/** Limits in Redis, one sorted set each. A Redis that is away lets everything go on: limits protect, they do not decide. */
export function createSlots(redis: RedisClient, log: Pick<Logger, "warn">, keepMs = slotKeepMs): Slots {
  const takeSlots = defined(redis, "batonSlots", takeSource);
  const releaseSlots = defined(redis, "batonSlotsRelease", releaseSource);
  return {
    async take(orgId, rules, holder, ticket = "") {
      if (rules.length === 0) return null;
      const keys = keysOf(orgId, rules);
      try {
        const most = rules.map(({ max }) => max);
        const full = z.number().parse(await takeSlots(keys.length, ...keys, holder, keepMs, ticket, ...most));
        return full === 0 ? null : (rules[full - 1] ?? null);
      } catch (error) {
        log.warn({ error: String(error) }, "limits could not be counted; the work goes on");
        return null;
      }
    },
    async release(orgId, rules, holder) {
      try {
        const keys = keysOf(orgId, rules);
        const called = z.array(z.string()).parse(await releaseSlots(keys.length, ...keys, holder, waitMs));
        return [...new Set(called)];
      } catch (error) {
        log.warn({ error: String(error) }, "a slot was not given back; it is free when its time is over");
        return [];
      }
    },
  };
}

function defined(redis: RedisClient, name: string, source: URL): (...args: (string | number)[]) => Promise<unknown> {
  redis.defineCommand(name, { lua: readFileSync(source, "utf8") });
  const command: unknown = Reflect.get(redis, name);
  if (typeof command !== "function") throw new TypeError(`ioredis did not define ${name}.`);
  return async (...args): Promise<unknown> => command.call(redis, ...args);
}

function keysOf(orgId: string, rules: readonly SlotRule[]): string[] {
  const keys = rules.map(({ kind, name }) => slotsKey(orgId, kind, name));
  return [...keys, ...keys.map((key) => `${key}:waiting`)];
}
