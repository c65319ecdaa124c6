import { randomBytes } from "node:crypto";
import { Queue } from "bullmq";
import type { Logger } from "pino";
import type { StepJob, StepQueue } from "../../engine/ports/step-queue.ts";
import { bullPriority, eventStreamLength, jobDefaults, queueNames, queuePrefix } from "./queues.ts";
import { FairShare } from "./fair-share.ts";
import { queueConnection } from "./queue-connection.ts";
import { releaseJobs } from "./release-jobs.ts";

export interface ClosableStepQueue extends StepQueue {
  /** Gives the jobs of dead workers to others, as the stall check does when their locks have run out. Gives the runs' ids. */
  release(owners: string[]): Promise<string[]>;
  /** How full the queues are, and how old the oldest job that waits is. */
  depths(): Promise<{ queue: string; waiting: number; active: number; delayed: number; oldestSeconds: number }[]>;
  close(): Promise<void>;
}

/** Same step, attempt and scheduled event, same id: adding it twice is adding it once. */
export function stepJobId(job: Pick<StepJob, "runId" | "seq" | "attempt">): string {
  return `${job.runId}-${job.seq}-${job.attempt}`;
}

/** Steps and wakes as BullMQ jobs. Job data are ids only. Throws when Redis is away. */
export function createStepQueue(options: { redisUrl: string; log: Pick<Logger, "warn"> }): ClosableStepQueue {
  const open = (name: string): Queue =>
    watchQueue(
      new Queue(name, {
        connection: queueConnection(options.redisUrl, { blocking: false }),
        prefix: queuePrefix,
        defaultJobOptions: jobDefaults,
        streams: { events: { maxLen: eventStreamLength } },
      }),
      options.log,
    );
  const steps = open(queueNames.steps);
  const wakes = open(queueNames.wakes);
  const stepShare = new FairShare();
  const wakeShare = new FairShare();
  return {
    async enqueue(jobs) {
      if (jobs.length === 0) return;
      await steps.addBulk(
        jobs.map(({ job, priority, rank = 0, orgId = "" }) => ({
          name: "step",
          data: job,
          opts: { jobId: stepJobId(job), priority: bullPriority(stepShare.take(orgId), priority, rank) },
        })),
      );
    },
    ticket: stepJobId,
    async hasten(ticket) {
      const job = await steps.getJob(ticket);
      // In hand, or taken meanwhile: whoever has it asks for room itself.
      if (await job?.isDelayed()) await job?.promote();
    },
    async wake(runId, priority, orgId = "") {
      // A unique id: a wake that comes while another is being worked on must not be dropped.
      const jobId = `${runId}-${randomBytes(6).toString("hex")}`;
      await wakes.add("wake", { runId }, { jobId, priority: bullPriority(wakeShare.take(orgId), priority, 0) });
    },
    release: (owners) => releaseJobs(options.redisUrl, [steps, wakes], owners),
    depths: () => Promise.all([depthOf(steps), depthOf(wakes)]),
    async close() {
      await Promise.all([steps.close(), wakes.close()]);
    },
  };
}

async function depthOf(queue: Queue): Promise<Awaited<ReturnType<ClosableStepQueue["depths"]>>[number]> {
  const counts = await queue.getJobCounts("wait", "prioritized", "active", "delayed");
  const [oldest] = await queue.getJobs(["wait", "prioritized"], 0, 0, true);
  return {
    queue: queue.name,
    waiting: (counts["wait"] ?? 0) + (counts["prioritized"] ?? 0),
    active: counts["active"] ?? 0,
    delayed: counts["delayed"] ?? 0,
    oldestSeconds: oldest === undefined ? 0 : Math.max(0, (Date.now() - oldest.timestamp) / 1_000),
  };
}

/** BullMQ rethrows connection errors as "error" events, which would end the process if nobody listened. */
function watchQueue(queue: Queue, log: Pick<Logger, "warn">): Queue {
  let away = false;
  queue.on("error", (error) => {
    if (!away) log.warn({ queue: queue.name, error: error.message }, "a queue has lost Redis");
    away = true;
  });
  queue.on("ioredis:close", () => {
    away = false;
  });
  return queue;
}
