import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import type { StepJob } from "../../engine/ports/step-queue.ts";
import { stepQueueSuite } from "../conformance/step-queue.suite.ts";
import { startTestRedis } from "../redis/test-redis.ts";
import type { TestRedis } from "../redis/test-redis.ts";
import { queueNames, queuePrefix } from "./queues.ts";
import { startQueueWorkers } from "./queue-workers.ts";
import type { QueueWorkers, StepDelivery, StepVerdict } from "./queue-workers.ts";
import { createStepQueue, stepJobId } from "./step-queue.ts";
import type { ClosableStepQueue } from "./step-queue.ts";

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const job = { runId: "6c7", stepId: "a.0.b", nodeId: "b", attempt: 1, seq: 3 };

let server: TestRedis;
let queue: ClosableStepQueue;
let takers: Record<"steps" | "wakes", Worker>;
let workers: QueueWorkers | null = null;

beforeAll(async () => {
  server = await startTestRedis();
  queue = createStepQueue({ redisUrl: server.url, log });
  const take = (name: string): Worker =>
    new Worker(name, null, {
      connection: { url: server.url, maxRetriesPerRequest: null },
      prefix: queuePrefix,
      removeOnComplete: { count: 0 },
    });
  takers = { steps: take(queueNames.steps), wakes: take(queueNames.wakes) };
});
afterEach(async () => {
  await workers?.close();
  workers = null;
});
afterAll(async () => {
  await Promise.all([queue.close(), takers.steps.close(), takers.wakes.close()]);
  await server.stop();
});

async function take<T>(worker: Worker): Promise<T | null> {
  const taken = await worker.getNextJob("token", { block: false });
  if (taken === undefined) return null;
  await taken.moveToCompleted(null, "token", false);
  return taken.data as T;
}

stepQueueSuite("BullMQ", () => ({
  queue,
  takeStep: () => take(takers.steps),
  takeWake: async () => (await take<{ runId: string }>(takers.wakes))?.runId ?? null,
}));

test("a step that was put off is brought again at once, and one in hand is left alone", async () => {
  const waits = { ...job, seq: 77 };
  await queue.enqueue([{ job: waits, priority: 0 }]);
  const ticket = queue.ticket(waits);
  const taken = await takers.steps.getNextJob("token", { block: false });
  await queue.hasten(ticket);
  expect(await taken?.getState()).toBe("active");
  await taken?.moveToDelayed(Date.now() + 3_600_000, "token");
  expect(await take(takers.steps)).toBeNull();
  await queue.hasten(ticket);
  expect(await take(takers.steps)).toEqual(waits);
  await queue.hasten(ticket);
  expect(await take(takers.steps)).toBeNull();
});

function work(
  onStep: (delivery: StepDelivery) => Promise<StepVerdict>,
  onWake: (runId: string) => Promise<void>,
): void {
  workers = startQueueWorkers({ redisUrl: server.url, concurrency: 5, onStep, onWake, log });
}

test("an organisation with 10,000 runs queued does not delay another's one, nor its steps", async () => {
  const mine = createStepQueue({ redisUrl: server.url, log });
  const redis = new Redis(server.url);
  onTestFinished(async () => {
    await mine.close();
    await redis.flushall();
    redis.disconnect();
  });
  const crowd = Array.from({ length: 10_000 }, (_, index) => index);
  for (let from = 0; from < crowd.length; from += 250) {
    await Promise.all(crowd.slice(from, from + 250).map((index) => mine.wake(`crowd-${index}`, 0, "crowd")));
  }
  await mine.wake("lonely", 0, "lonely");
  const taken: (string | undefined)[] = [];
  for (let count = 0; count < 40; count++) taken.push((await take<{ runId: string }>(takers.wakes))?.runId);
  expect(taken.indexOf("lonely")).toBeGreaterThanOrEqual(0);
  const step = (index: number): StepJob => ({ ...job, stepId: `s${index}`, seq: 1_000 + index });
  await mine.enqueue(
    crowd.slice(0, 2_000).map((index) => ({ job: step(index), priority: 100, rank: 9_000, orgId: "crowd" })),
  );
  await mine.enqueue([{ job: step(5_000), priority: 0, orgId: "lonely" }]);
  const steps: (string | undefined)[] = [];
  for (let count = 0; count < 40; count++) steps.push((await take<StepJob>(takers.steps))?.stepId);
  expect(steps).toContain("s5000");
}, 60_000);

test("a step that is handed back or fails comes again; a finished one leaves nothing behind", async () => {
  const verdicts: (StepVerdict | Error)[] = ["handed-back", new Error("the database is away"), "done"];
  const seen: StepDelivery[] = [];
  work(
    async (delivery) => {
      seen.push(delivery);
      const verdict = verdicts.shift() ?? "done";
      if (verdict instanceof Error) throw verdict;
      return verdict;
    },
    async () => undefined,
  );
  const outside = { ...job, handedBack: true };
  await queue.enqueue([{ job: outside, priority: 1 }]);
  await vi.waitFor(() => expect(seen).toHaveLength(3), 10_000);
  // Neither counts as a claim: its worker lived.
  expect(seen).toEqual([
    { job: outside, claim: 1 },
    { job: outside, claim: 1 },
    { job: outside, claim: 1 },
  ]);
  const steps = new Queue(queueNames.steps, { connection: { url: server.url }, prefix: queuePrefix });
  await vi.waitFor(async () => expect(await steps.getJob(stepJobId(job))).toBeUndefined());
  expect(await steps.getJobCounts("failed", "completed", "delayed", "active")).toEqual({
    failed: 0,
    completed: 0,
    delayed: 0,
    active: 0,
  });
  await steps.close();
});

test("a wake whose run could not be turned comes again", async () => {
  const woken: string[] = [];
  work(
    async () => "done",
    async (runId) => {
      woken.push(runId);
      if (woken.length === 1) throw new Error("the database is away");
    },
  );
  await queue.wake("run-z", 0);
  await vi.waitFor(() => expect(woken).toEqual(["run-z", "run-z"]), 10_000);
});

test("a paused worker takes nothing more, and closing waits for what it has in hand", async () => {
  const release = Promise.withResolvers<void>();
  const seen: string[] = [];
  work(
    async (delivery) => {
      seen.push(delivery.job.stepId);
      await release.promise;
      return "done";
    },
    async () => undefined,
  );
  await queue.enqueue([{ job: { ...job, stepId: "one", seq: 11 }, priority: 1 }]);
  await vi.waitFor(() => expect(seen).toEqual(["one"]), 10_000);
  await workers?.pause();
  await queue.enqueue([{ job: { ...job, stepId: "two", seq: 12 }, priority: 1 }]);
  const closing = workers?.close();
  release.resolve();
  await closing;
  workers = null;
  expect(seen).toEqual(["one"]);
  await vi.waitFor(async () => {
    expect(await take<{ stepId: string }>(takers.steps)).toMatchObject({ stepId: "two" });
  });
});
