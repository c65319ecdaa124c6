import type { StepJob, StepQueue } from "../engine/ports/step-queue.ts";
import type { CarriedSteps, CarryingSlot, QueuedStep } from "./carried-steps.ts";
import type { ExecutionVerdict, StepExecutor } from "./execute-step.ts";
import type { Log } from "./log.ts";
import type { WorkerMetrics } from "./metrics.ts";

export interface SlotParts {
  executor: Pick<StepExecutor, "execute">;
  carried: CarriedSteps;
  queue: Pick<StepQueue, "enqueue">;
  metrics: Pick<WorkerMetrics, "step">;
  log: Log;
}

/** Executes the step that the queue brought, and then in the same slot what follows from it. The verdict is the first step's. */
export function workInSlot({ executor, carried, queue, metrics, log }: SlotParts) {
  const execute = (job: StepJob, claim: number, slot: CarryingSlot): Promise<ExecutionVerdict> =>
    metrics.step(executor.execute(job, claim, slot), job, claim);

  const goOn = async (slot: CarryingSlot): Promise<void> => {
    const undone: QueuedStep[] = [];
    for (let step = slot.next(); step !== null; step = slot.next()) {
      const { job } = step;
      const verdict = carried.isClosed
        ? "handed-back"
        : await execute(job, 1, slot).catch((error: unknown) => {
            log.error({ runId: job.runId, stepId: job.stepId, error: String(error) }, "a step is tried again");
            return "later" as const;
          });
      if (verdict !== "done") undone.push(step);
    }
    await queue.enqueue(undone).catch((error: unknown) => {
      log.warn({ steps: undone.length, error: String(error) }, "steps wait for the next sweep");
    });
  };

  return async (job: StepJob, claim: number): Promise<ExecutionVerdict> => {
    // Handed over by whoever did not know that it is under way here.
    if (carried.has(job)) return "done";
    const slot = carried.slot(job.runId);
    try {
      return await execute(job, claim, slot);
    } finally {
      await goOn(slot);
    }
  };
}
