/** A step to execute: ids only, so that nothing secret or large stands in Redis. */
export interface StepJob {
  runId: string;
  stepId: string;
  nodeId: string;
  attempt: number;
  /** Number of the step-scheduled event that holds the input. */
  seq: number;
  /** A worker that lives, or was told to stop, had it outside of the queue and gave it back: if it was begun there, nobody died of it. */
  handedBack?: boolean | undefined;
}

export interface StepQueue {
  /**
   * Adds jobs by deterministic id; adding one that is already there changes nothing. An organisation with much in the queue goes behind
   * one with little; then greater priority of the run goes first, then the longer way still to go (`rank`, in ms).
   */
  enqueue(
    jobs: { job: StepJob; priority: number; rank?: number | undefined; orgId?: string | undefined }[],
  ): Promise<void>;
  /** Name of a job in the queue. */
  ticket(job: Pick<StepJob, "runId" | "seq" | "attempt">): string;
  /** Brings a job that was put off again at once; one that was not is left as it is. */
  hasten(ticket: string): Promise<void>;
  /** Nudges a worker to drain a run (a new run, a recovered one). */
  wake(runId: string, priority: number, orgId?: string): Promise<void>;
}
