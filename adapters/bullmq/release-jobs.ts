import { randomBytes } from "node:crypto";
import { Job, type Queue } from "bullmq";
import { Redis } from "ioredis";
import { workerSettings } from "./queues.ts";

/** Characters of a run's id, with which each job's id begins. */
const runIdLength = 36;

/**
 * Does at once what the stall check does once the locks of dead workers have run out: their jobs wait again, counted as stalled, so
 * that a step that takes its worker down each time is given up in the end. Gives the ids of the runs. Over a connection of its own,
 * because it is seldom done and BullMQ's connections know too few commands.
 */
export async function releaseJobs(redisUrl: string, queues: Queue[], owners: string[]): Promise<string[]> {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 1 });
  // The caller hears of it from the command that failed.
  redis.on("error", () => undefined);
  try {
    const released = await Promise.all(queues.map((queue) => releaseFrom(redis, queue, owners)));
    return released.flat();
  } finally {
    redis.disconnect();
  }
}

async function releaseFrom(redis: Redis, queue: Queue, owners: string[]): Promise<string[]> {
  const keyOf = (part: string): string => `${queue.opts.prefix}:${queue.name}:${part}`;
  const runs = await Promise.all(
    (await redis.lrange(keyOf("active"), 0, -1)).map(async (id) => {
      const holder = await redis.get(`${keyOf(id)}:lock`);
      const isTheirs = holder !== null && owners.some((owner) => holder.startsWith(`${owner}:`));
      // A job without a lock is nobody's: its worker has been dead for longer than locks last. One other may take it, so it is locked.
      const token = isTheirs ? holder : holder === null ? await lock(redis, `${keyOf(id)}:lock`) : null;
      const job = token === null ? undefined : await Job.fromId(queue, id);
      if (token === null || job === undefined) return [];
      await redis.hincrby(keyOf(id), "stc", 1);
      await job.moveToWait(token);
      return [id.slice(0, runIdLength)];
    }),
  );
  // A job with a priority goes back without the mark that wakes waiting workers, who would look again only seconds later.
  if (runs.flat().length > 0) await redis.zadd(keyOf("marker"), 0, "0");
  return runs.flat();
}

async function lock(redis: Redis, key: string): Promise<string | null> {
  const token = randomBytes(16).toString("hex");
  return (await redis.set(key, token, "PX", workerSettings.lockDuration, "NX")) === "OK" ? token : null;
}
