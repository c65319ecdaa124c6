import { Redis } from "ioredis";
import type { Logger } from "pino";
import { BatonError } from "../../engine/errors.ts";

export type RedisClient = Redis;

export interface RedisOptions {
  url: string;
  /** Shown by CLIENT LIST. */
  name: string;
  log: Pick<Logger, "info" | "warn">;
}

/** How long a command may take before the caller hears that Redis is away: shorter than a lease plus a sweep. */
const commandTimeoutMs = 5_000;

/** Quick at first, then calmly: a restarted Redis is found again within a second, an absent one is not hammered. */
export function reconnectDelay(times: number): number {
  return Math.min(50 * 2 ** Math.min(times, 6), 1_000) + Math.floor(Math.random() * 100);
}

/** A connection for commands. It reconnects for ever; a command fails after five seconds without an answer. */
export function connectRedis(options: RedisOptions): RedisClient {
  return watch(
    new Redis(options.url, {
      connectionName: options.name,
      retryStrategy: reconnectDelay,
      commandTimeout: commandTimeoutMs,
      maxRetriesPerRequest: 5,
      connectTimeout: 3_000,
    }),
    options,
  );
}

/** A connection that only listens: its subscriptions come back by themselves after a reconnect. */
export function connectSubscriber(options: RedisOptions): RedisClient {
  return watch(
    new Redis(options.url, {
      connectionName: `${options.name}-subscriber`,
      retryStrategy: reconnectDelay,
      maxRetriesPerRequest: null,
      connectTimeout: 3_000,
    }),
    options,
  );
}

/** Logs the first failure and the recovery of a connection, not each of its hundred attempts. */
function watch(redis: RedisClient, { name, log }: RedisOptions): RedisClient {
  let away = false;
  redis.on("error", (error: Error) => {
    if (away) return;
    away = true;
    log.warn({ connection: name, error: error.message }, "Redis is away; connecting again until it is back");
  });
  redis.on("ready", () => {
    if (away) log.info({ connection: name }, "Redis is back");
    away = false;
  });
  return redis;
}

/**
 * Refuses a Redis that may evict keys: it would drop locks and queued steps in silence when memory runs short.
 * Some hosted servers forbid CONFIG; then the answer of INFO is used, which tells the same.
 * @throws BatonError SERVICE_UNAVAILABLE which says what to set
 */
export async function refuseEviction(redis: RedisClient): Promise<void> {
  const memory = await redis.info("memory");
  const policy = /^maxmemory_policy:(\S+)/m.exec(memory)?.[1] ?? "unknown";
  if (policy === "noeviction") return;
  throw new BatonError(
    "SERVICE_UNAVAILABLE",
    `The Redis at REDIS_URL has the maxmemory-policy "${policy}", under which it may throw queued steps away. ` +
      'Set it to "noeviction" (redis-cli CONFIG SET maxmemory-policy noeviction, or in its configuration) and start again.',
    { retryable: false },
  );
}
