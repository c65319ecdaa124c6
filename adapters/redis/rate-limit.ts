import { readFileSync } from "node:fs";
import type { RedisClient } from "./connection.ts";

interface Bucket {
  capacity: number;
  refillPerSecond: number;
}

/** How long a request waits for its bucket: a limit must not cost more than the work it protects. */
const patienceMs = 250;

const source = new URL("./scripts/rate-limit.lua", import.meta.url);

/** Token buckets in Redis, shared by all web processes; one atomic script a request. Rejects when Redis does not answer soon. */
export function createBuckets(redis: RedisClient) {
  redis.defineCommand("batonRateLimit", { numberOfKeys: 1, lua: readFileSync(source, "utf8") });
  const command: unknown = Reflect.get(redis, "batonRateLimit");
  if (typeof command !== "function") throw new TypeError("ioredis did not define batonRateLimit.");

  return {
    /** Takes a token: whether there was one, and how many are left. */
    async take(key: string, bucket: Bucket): Promise<{ allowed: boolean; tokens: number }> {
      // While it is reconnecting, commands would queue up: better to say at once that there is no answer.
      if (redis.status !== "ready") throw new Error(`Redis is ${redis.status}.`);
      const answer: unknown = await within(
        Promise.resolve(command.call(redis, `baton:rate:${key}`, bucket.capacity, bucket.refillPerSecond)),
      );
      if (!Array.isArray(answer)) throw new TypeError("The rate limit script gave no list.");
      return { allowed: answer[0] === 1, tokens: Number(answer[1]) };
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
