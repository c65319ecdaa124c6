import { readFileSync } from "node:fs";
import type { RedisClient } from "./connection.ts";

interface Bucket {
  capacity: number;
  refillPerSecond: number;
}

/** How long a request waits for its bucket: a limit must not cost more than the work it protects. */
const patienceMs = 250;

/** Tokens taken at once: a small part of the bucket, so that small ones are counted exactly. */
const shareOfBucket = 1 / 500;
const mostAtOnce = 20;
/** Tokens in hand that nobody asked for within this are gone. */
const inHandMs = 1_000;
const mostInHand = 10_000;

const source = new URL("./scripts/rate-limit.lua", import.meta.url);

/**
 * Token buckets in Redis, shared by all web processes: one atomic script takes one or, of a large bucket, several tokens, which this
 * process then hands out itself. Rejects when Redis does not answer soon.
 */
export function createBuckets(redis: RedisClient, now: () => number = () => performance.now()) {
  redis.defineCommand("batonRateLimit", { numberOfKeys: 1, lua: readFileSync(source, "utf8") });
  const command: unknown = Reflect.get(redis, "batonRateLimit");
  if (typeof command !== "function") throw new TypeError("ioredis did not define batonRateLimit.");

  const inHand = new Map<string, { tokens: number; left: number; until: number }>();
  const keep = (key: string, tokens: number, left: number): void => {
    if (inHand.size >= mostInHand) inHand.clear();
    // Others may have brought some meanwhile.
    const more = inHand.get(key)?.tokens ?? 0;
    inHand.set(key, { tokens: tokens + more, left, until: now() + inHandMs });
  };

  return {
    /** Takes a token: whether there was one, and how many are left. */
    async take(key: string, bucket: Bucket): Promise<{ allowed: boolean; tokens: number }> {
      const hand = inHand.get(key);
      if (hand !== undefined && hand.tokens > 0 && hand.until > now()) {
        hand.tokens -= 1;
        return { allowed: true, tokens: hand.left + hand.tokens };
      }
      inHand.delete(key);
      const wanted = Math.max(1, Math.min(mostAtOnce, Math.floor(bucket.capacity * shareOfBucket)));
      // While it is reconnecting, commands would queue up: better to say at once that there is no answer.
      if (redis.status !== "ready") throw new Error(`Redis is ${redis.status}.`);
      const answer: unknown = await within(
        Promise.resolve(command.call(redis, `baton:rate:${key}`, bucket.capacity, bucket.refillPerSecond, wanted)),
      );
      if (!Array.isArray(answer)) throw new TypeError("The rate limit script gave no list.");
      const [taken, left] = [Number(answer[0]), Number(answer[1])];
      if (taken > 1) keep(key, taken - 1, left);
      return { allowed: taken > 0, tokens: left + Math.max(0, taken - 1) };
    },
  };
}

function within<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Redis did not answer within ${patienceMs} ms.`)), patienceMs);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
