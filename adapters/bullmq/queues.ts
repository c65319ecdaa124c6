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

/** Milliseconds until a step that could not be executed because the database or Redis was away is tried again. */
export const redeliveryDelay = 1_000;

/** Length of BullMQ's own event streams, which nothing here reads. */
export const eventStreamLength = 10;

/** BullMQ's 1 is the most urgent and 2,097,151 the least; ours grows with urgency, and may be negative. */
export function bullPriority(priority: number): number {
  return Math.min(2_097_151, Math.max(1, 1_048_576 - Math.round(priority)));
}
