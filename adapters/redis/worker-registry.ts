import { z } from "zod";
import type { WorkerRegistry } from "../../engine/ports/worker-registry.ts";
import type { RedisClient } from "./connection.ts";
import { keepMs, workersKey } from "./keys.ts";

const recordSchema = z.object({
  process: z.object({ place: z.string(), pid: z.number(), began: z.string() }),
  owners: z.array(z.string()),
  seenAt: z.number(),
});

/** The workers of one place, as a hash by name. */
export function createWorkerRegistry(redis: RedisClient, worker: string, place: string): WorkerRegistry {
  const key = workersKey(place);
  return {
    async add(record) {
      await redis.multi().hset(key, worker, JSON.stringify(record)).pexpire(key, keepMs).exec();
    },
    async others() {
      const all = Object.entries(await redis.hgetall(key)).filter(([name]) => name !== worker);
      return all.flatMap(([name, text]) => {
        const record = recordSchema.safeParse(JSON.parse(text));
        // Of another release: its locks end by themselves.
        return record.success ? [{ name, ...record.data }] : [];
      });
    },
    async remove(name) {
      return (await redis.hdel(key, name)) === 1;
    },
  };
}
