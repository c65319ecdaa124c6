import { readFileSync } from "node:fs";
import type { Logger } from "pino";
import { z } from "zod";
import type { SlotRule, Slots } from "../../engine/ports/slots.ts";
import type { RedisClient } from "./connection.ts";
import { slotsKey } from "./keys.ts";

/** A holder that does not ask again within this has died; its slots are free. */
export const slotKeepMs = 15_000;

const source = new URL("./scripts/slots.lua", import.meta.url);

/** Limits in Redis, one sorted set each. A Redis that is away lets everything go on: limits protect, they do not decide. */
export function createSlots(redis: RedisClient, log: Pick<Logger, "warn">, keepMs = slotKeepMs): Slots {
  redis.defineCommand("batonSlots", { lua: readFileSync(source, "utf8") });
  const command: unknown = Reflect.get(redis, "batonSlots");
  if (typeof command !== "function") throw new TypeError("ioredis did not define batonSlots.");
  return {
    async take(orgId, rules, holder) {
      if (rules.length === 0) return null;
      const keys = keysOf(orgId, rules);
      try {
        const most = rules.map(({ max }) => max);
        const full = z.number().parse(await command.call(redis, keys.length, ...keys, holder, keepMs, ...most));
        return full === 0 ? null : (rules[full - 1] ?? null);
      } catch (error) {
        log.warn({ error: String(error) }, "limits could not be counted; the work goes on");
        return null;
      }
    },
    async release(orgId, rules, holder) {
      try {
        await Promise.all(keysOf(orgId, rules).map((key) => redis.zrem(key, holder)));
      } catch (error) {
        log.warn({ error: String(error) }, "a slot was not given back; it is free when its time is over");
      }
    },
  };
}

function keysOf(orgId: string, rules: readonly SlotRule[]): string[] {
  return rules.map(({ kind, name }) => slotsKey(orgId, kind, name));
}
