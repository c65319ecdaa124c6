/**
 * Every number of the queues, each with its reason. The journal is the truth and the queues are only a way to hand work to a
 * free worker: a job that is lost is made again from what its run still owes.
 */
export const queueNames = {
  /** Effects to execute. */
  steps: "baton-steps",
  /** Runs to drain. Apart from the steps, so that new runs start while every step slot waits for a model. */
  wakes: "baton-wakes",
} as const;

/** A hash tag, so that the keys of a queue share a slot of a Redis Cluster. */
export const queuePrefix = "{baton}";

export const jobDefaults = {
  /** The engine decides about retries; what the infrastructure breaks, the worker hands back itself. */
  attempts: 1,
  /** A job must be gone once it ended: its id is deterministic, and recovery may have to add it again. */
  removeOnComplete: true,
  removeOnFail: true,
  /** Errors are in the journal; stack traces in Redis would only leak. */
  stackTraceLimit: 0,
} as const;

export const workerSettings = {
  /** A killed worker's steps are free again after this. Half of it is the renewal, which a busy event loop can keep. */
  lockDuration: 5_000,
  /** How often stalled jobs are looked for: with the lock, a killed worker's step runs elsewhere after 5 to 7.5 s. */
  stalledInterval: 2_500,
  /** BullMQ must never give a job up by itself: the executor counts claims and fails the step with STEP_POISONED. */
  maxStalledCount: 1_000_000,
  /** Seconds to wait in one blocking read. Short, so that a broken connection is noticed and delayed jobs are seen. */
  drainDelay: 5,
  /** After an error of the worker's own loop (Redis away), try again soon: the default is 15 s. */
  runRetryDelay: 1_000,
} as const;

/**
 * Runs that one process drains at once. They mostly wait for the journal, and share its statements; more than this would
 * also push each other's warm machines out of the sandbox, whose start costs more than what is evaluated in them.
 */
export const wakeConcurrency = 24;

/** BullMQ workers in a process that fetch steps side by side. Each has connections of its own. */
export const stepLanes = 5;

/** Milliseconds until a step that could not be executed because the database or Redis was away is tried again. */
export const redeliveryDelay = 1_000;

/** Length of BullMQ's own event streams, which nothing here reads. */
export const eventStreamLength = 10;

/** Places in the queue that organisations ahead of their pace are told apart by, and levels of urgency within one. */
const places = 4_096;
const levels = 512;

/**
 * BullMQ's number for a job: 1 is the most urgent and 2,097,151 the least. First counts how far its organisation is ahead of its pace,
 * then the run's own priority, then how long a way is still to go from the step.
 */
export function bullPriority(ahead: number, runPriority: number, rankMs: number): number {
  const place = Math.min(places - 1, Math.max(0, Math.floor(ahead / 8)));
  return Math.min(2_097_151, 1 + place * levels + (levels - 1 - urgency(runPriority, rankMs)));
}

/** 0 to 511: fifteen levels of run priority (1, 2, 3 … apart, large ones close together), thirty-two of the way to go. */
function urgency(runPriority: number, rankMs: number): number {
  const run = 7 + Math.sign(runPriority) * Math.min(7, Math.ceil(Math.log2(Math.abs(runPriority) + 1)));
  const way = Math.min(31, Math.floor(Math.log2(Math.max(0, rankMs) + 1)));
  return run * 32 + way;
}
