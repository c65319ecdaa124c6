import { DelayedError, WaitingError, Worker } from "bullmq";
import type { Job } from "bullmq";
import type { Logger } from "pino";
import { z } from "zod";
import type { StepJob } from "../../engine/ports/step-queue.ts";
import { queueNames, queuePrefix, redeliveryDelay, stepLanes, wakeConcurrency, workerSettings } from "./queues.ts";
import { queueConnection } from "./queue-connection.ts";

const stepJobSchema = z.object({
  runId: z.string(),
  stepId: z.string(),
  nodeId: z.string(),
  attempt: z.number(),
  seq: z.number(),
  handedBack: z.boolean().optional(),
});
const wakeSchema = z.object({ runId: z.string() });

/** done: the job goes. later: nothing was decided, it comes again soon. handed-back: another worker takes it at once. */
export type StepVerdict = "done" | "later" | "handed-back";

export interface StepDelivery {
  job: StepJob;
  /** 1 for the first worker that takes the job, more when earlier ones died with it. */
  claim: number;
}

export interface QueueWorkers {
  /** Stops taking jobs; those in hand go on. */
  pause(): Promise<void>;
  /** Waits for the jobs in hand and closes the connections. */
  close(): Promise<void>;
  /** Jobs in hand. */
  busy(): number;
  /** Names under which jobs are locked here. */
  owners: string[];
}

export interface QueueWorkersOptions {
  redisUrl: string;
  concurrency: number;
  onStep(delivery: StepDelivery): Promise<StepVerdict>;
  /** `claim` is 1 for the first worker that takes the wake, more when earlier ones died with it. */
  onWake(runId: string, claim: number): Promise<void>;
  log: Pick<Logger, "info" | "warn" | "error">;
}

/** Takes steps and wakes from the queues. A handler that throws loses nothing: its job comes again. */
export function startQueueWorkers(options: QueueWorkersOptions): QueueWorkers {
  let inHand = 0;
  let paused = false;
  const counted = async <T>(work: () => Promise<T>): Promise<T> => {
    inHand += 1;
    try {
      return await work();
    } finally {
      inHand -= 1;
    }
  };
  const open = (
    name: string,
    concurrency: number,
    handle: (job: Job<unknown>, token: string | undefined) => Promise<void>,
  ): Worker =>
    watchWorker(
      new Worker<unknown>(
        name,
        (job, token) => counted(() => (paused ? giveBack(job, token, "handed-back") : handle(job, token))),
        {
          connection: queueConnection(options.redisUrl, { blocking: true }),
          prefix: queuePrefix,
          concurrency,
          removeOnComplete: { count: 0 },
          removeOnFail: { count: 0 },
          ...workerSettings,
        },
      ),
      options.log,
    );

  const work = async (job: Job<unknown>, token: string | undefined): Promise<void> => {
    const data = stepJobSchema.parse(job.data);
    const verdict = await options.onStep({ job: data, claim: job.stalledCounter + 1 }).catch((error: unknown) => {
      options.log.error({ runId: data.runId, stepId: data.stepId, error: String(error) }, "a step is tried again");
      return "later" as const;
    });
    await giveBack(job, token, verdict);
  };
  const steps = lanesOf(options.concurrency).map((slots) => open(queueNames.steps, slots, work));
  const wakes = open(queueNames.wakes, wakeConcurrency, async (job, token) => {
    const { runId } = wakeSchema.parse(job.data);
    const verdict = await options.onWake(runId, job.stalledCounter + 1).then(
      () => "done" as const,
      (error: unknown) => {
        options.log.warn({ runId, error: String(error) }, "a run could not be turned and is tried again");
        return "later" as const;
      },
    );
    await giveBack(job, token, verdict);
  });
  return {
    async pause() {
      // BullMQ still takes the job for which it was waiting at that moment: that one goes back unseen.
      paused = true;
      await Promise.all([...steps, wakes].map((worker) => worker.pause(true)));
    },
    async close() {
      await Promise.all([...steps, wakes].map((worker) => worker.close()));
    },
    busy: () => inHand,
    owners: [...steps, wakes].map(({ id }) => id),
  };
}

/** Slots of each BullMQ worker that takes steps: one worker fetches its jobs one after another, and starts none before it has them all. */
function lanesOf(concurrency: number): number[] {
  const lanes = Math.min(stepLanes, concurrency);
  return Array.from({ length: lanes }, (_, lane) => Math.floor((concurrency + lane) / lanes));
}

/** Puts a job back into its queue; the errors thrown are BullMQ's way of saying "it is no longer mine". */
async function giveBack(job: Job<unknown>, token: string | undefined, verdict: StepVerdict): Promise<void> {
  if (verdict === "done") return;
  // In the queue and not here: steps of an organisation that has reached its limits must not hold the slots of others meanwhile.
  if (verdict === "later") {
    await job.moveToDelayed(Date.now() + redeliveryDelay, token);
    throw new DelayedError();
  }
  await job.moveToWait(token);
  throw new WaitingError();
}

function watchWorker(worker: Worker, log: Pick<Logger, "warn">): Worker {
  let last = "";
  worker.on("error", (error) => {
    // The same error comes with every attempt to reconnect; once is enough.
    if (error.message !== last) log.warn({ queue: worker.name, error: error.message }, "a queue worker had an error");
    last = error.message;
  });
  worker.on("ready", () => {
    last = "";
  });
  worker.on("stalled", (jobId) => {
    log.warn({ queue: worker.name, jobId }, "a job's worker has gone; the job is given to another");
  });
  return worker;
}
