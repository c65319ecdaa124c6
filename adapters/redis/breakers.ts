import { readFileSync } from "node:fs";
import type { Logger } from "pino";
import { z } from "zod";
import type { BreakerName, BreakerPass, Breakers, BreakerView } from "../../engine/ports/breakers.ts";
import type { RedisClient } from "./connection.ts";
import { breakersKey } from "./keys.ts";

/** Numbers of all breakers; tests shorten them. */
export interface BreakerSettings {
  /** Failures within the window that open it. */
  threshold: number;
  windowMs: number;
  /** How long it stays open the first time; each failed probe doubles it. */
  openMs: number;
  longestOpenMs: number;
  /** How long a probe may take before another may try. */
  probeMs: number;
  /** How long a breaker that was found closed is not asked again: what steady work costs is one command in that time. */
  trustMs: number;
}

export const breakerDefaults: BreakerSettings = {
  threshold: 5,
  windowMs: 60_000,
  openMs: 15_000,
  longestOpenMs: 120_000,
  probeMs: 60_000,
  trustMs: 1_000,
};

const keepMs = 24 * 3_600_000;
const mostTrusted = 10_000;
const source = new URL("./scripts/breaker.lua", import.meta.url);
const replySchema = z.tuple([z.number(), z.number()]);
const storedSchema = z.looseObject({ failures: z.number(), until: z.number(), probe: z.number() });

/** Breakers in Redis, one hash an organisation. A Redis that is away lets everything pass. */
export function createBreakers(
  redis: RedisClient,
  log: Pick<Logger, "warn">,
  settings: BreakerSettings = breakerDefaults,
): Breakers {
  redis.defineCommand("batonBreaker", { numberOfKeys: 1, lua: readFileSync(source, "utf8") });
  const command: unknown = Reflect.get(redis, "batonBreaker");
  if (typeof command !== "function") throw new TypeError("ioredis did not define batonBreaker.");
  /** Found closed at that time, and nothing failed here since. */
  const trusted = new Map<string, number>();
  /** Failed here, or probed from here, and not succeeded since. */
  const shaky = new Set<string>();

  const move = async (name: BreakerName, what: string): Promise<[number, number] | null> => {
    const { threshold, windowMs, openMs, longestOpenMs, probeMs } = settings;
    try {
      const numbers = [threshold, windowMs, openMs, longestOpenMs, probeMs, keepMs];
      return replySchema.parse(await command.call(redis, breakersKey(name.orgId), field(name), what, ...numbers));
    } catch (error) {
      log.warn({ breaker: field(name), error: String(error) }, "a breaker could not be asked; the call goes on");
      return null;
    }
  };

  return {
    async enter(name): Promise<BreakerPass> {
      const id = `${name.orgId} ${field(name)}`;
      if ((trusted.get(id) ?? 0) > performance.now()) return { passes: true, probe: false };
      const reply = await move(name, "enter");
      if (reply === null) return { passes: true, probe: false };
      const [verdict, waitMs] = reply;
      if (verdict === 0) return { passes: false, retryAfterMs: waitMs };
      if (verdict === 2) shaky.add(id);
      if (verdict === 1) {
        if (trusted.size >= mostTrusted) trusted.clear();
        trusted.set(id, performance.now() + settings.trustMs);
      }
      return { passes: true, probe: verdict === 2 };
    },
    async succeeded(name) {
      // Steady success has nothing to write down.
      if (shaky.delete(`${name.orgId} ${field(name)}`)) await move(name, "succeeded");
    },
    async failed(name) {
      const id = `${name.orgId} ${field(name)}`;
      trusted.delete(id);
      if (shaky.size >= mostTrusted) shaky.clear();
      shaky.add(id);
      await move(name, "failed");
    },
    async list(orgId) {
      const stored = await redis.hgetall(breakersKey(orgId));
      const now = Date.now();
      return Object.entries(stored).flatMap(([id, text]) => view(id, text, now));
    },
  };
}

function field({ kind, name }: BreakerName): string {
  return `${kind}:${name}`;
}

function view(id: string, text: string, now: number): BreakerView[] {
  const { failures, until } = storedSchema.parse(JSON.parse(text));
  const colon = id.indexOf(":");
  const kind = z.enum(["model", "host", "agent"]).safeParse(id.slice(0, colon));
  if (!kind.success) return [];
  const state = until === 0 ? "closed" : until > now ? "open" : "half-open";
  return [{ kind: kind.data, name: id.slice(colon + 1), state, failures, openUntil: until === 0 ? null : until }];
}
