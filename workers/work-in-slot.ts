import type { StepJob, StepQueue } from "../engine/ports/step-queue.ts";
import type { CarriedSteps, CarryingSlot, QueuedStep } from "./carried-steps.ts";
import type { ExecutionVerdict, StepExecutor } from "./execute-step.ts";
import type { Log } from "./log.ts";
import type { WorkerMetrics } from "./metrics.ts";
import { outsideQueue } from "./suspects.ts";

export interface SlotParts {
  executor: Pick<StepExecutor, "execute">;
  carried: CarriedSteps;
  queue: Pick<StepQueue, "enqueue">;
  metrics: Pick<WorkerMetrics, "step">;
  log: Log;
}

export interface SlotWork {
  /** Executes the step that the queue brought, and then in the same slot what follows from it. The verdict is the first step's. */
  fromQueue(job: StepJob, claim: number): Promise<ExecutionVerdict>;
  /** Executes a step that was scheduled here in a free slot, and then what follows from it. Never rejects. */
  begin(step: QueuedStep, slot: CarryingSlot): Promise<void>;
}

export function workInSlot({ executor, carried, queue, metrics, log }: SlotParts): SlotWork {
  const execute = (job: StepJob, claim: number, slot: CarryingSlot): Promise<ExecutionVerdict> =>
    metrics.step(executor.execute(job, claim, slot));

  const executeHere = (step: QueuedStep, slot: CarryingSlot): Promise<ExecutionVerdict> =>
    execute(step.job, outsideQueue, slot).catch((error: unknown) => {
      const { runId, stepId } = step.job;
      log.error({ runId, stepId, error: String(error) }, "a step is tried again");
      return "later";
    });

  /** What could not be done here goes into the queue. This worker lives: the next one is not to count it among the dead. */
  const goOn = async (slot: CarryingSlot, undone: QueuedStep[]): Promise<void> => {
    for (let step = slot.next(); step !== null; step = slot.next()) {
      const verdict = carried.isClosed ? "handed-back" : await executeHere(step, slot);
      if (verdict !== "done") undone.push(step);
    }
    await queue.enqueue(undone.map(handedBack)).catch((error: unknown) => {
      log.warn({ steps: undone.length, error: String(error) }, "steps wait for the next sweep");
    });
  };

  return {
    async fromQueue(job, claim) {
      // Handed over by whoever did not know that it is under way here.
      if (carried.has(job)) return "done";
      const slot = await carried.take(job.runId);
      if (slot === null) return carried.isClosed ? "handed-back" : "later";
      try {
        return await execute(job, claim, slot);
      } finally {
        await goOn(slot, []);
      }
    },
    async begin(step, slot) {
      const verdict = await executeHere(step, slot);
      await goOn(slot, verdict === "done" ? [] : [step]);
    },
  };
}

function handedBack(step: QueuedStep): QueuedStep {
  return { ...step, job: { ...step.job, handedBack: true } };
}
