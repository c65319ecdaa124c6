import type { RedisClient } from "./connection.ts";
import { breakersPattern, workerKeyPattern, workerReportKey } from "./keys.ts";

/** What workers measured, kept beside their sign of life and gone with it. */
export function createWorkerReports(redis: RedisClient) {
  const keysLike = async (pattern: string): Promise<string[]> => {
    const found: string[] = [];
    let cursor = "0";
    do {
      const [next, keys] = await redis.scan(cursor, "MATCH", pattern, "COUNT", 5_000);
      found.push(...keys);
      cursor = next;
    } while (cursor !== "0");
    return found;
  };
  return {
    async write(worker: string, report: object, keepMs: number): Promise<void> {
      await redis.set(workerReportKey(worker), JSON.stringify(report), "PX", keepMs);
    },
    async read(): Promise<object[]> {
      const workers = (await keysLike(workerKeyPattern)).map((key) => key.slice(workerKeyPattern.length - 1));
      if (workers.length === 0) return [];
      const texts = await redis.mget(workers.map(workerReportKey));
      return texts.flatMap((text) => (text === null ? [] : [JSON.parse(text) as object]));
    },
    /** Breakers of all organisations that are not closed, by state. */
    async breakers(): Promise<{ state: string; count: number }[]> {
      const counts = new Map<string, number>();
      for (const key of await keysLike(breakersPattern)) {
        for (const text of await redis.hvals(key)) {
          const { until } = JSON.parse(text) as { until: number };
          if (until === 0) continue;
          const state = until > Date.now() ? "open" : "half-open";
          counts.set(state, (counts.get(state) ?? 0) + 1);
        }
      }
      return [...counts].map(([state, count]) => ({ state, count }));
    },
  };
}
