import type { StepJob } from "../engine/ports/step-queue.ts";
import type { Drainer } from "./drain-run.ts";
import type { ExecutionVerdict } from "./execute-step.ts";
import { probeRunId, type Heartbeat } from "./heartbeat.ts";
import type { WorkerMetrics } from "./metrics.ts";
import { workInSlot, type SlotParts } from "./work-in-slot.ts";

interface Parts extends SlotParts {
  drainer: Pick<Drainer, "wake">;
  heartbeat: Pick<Heartbeat, "taken" | "probe">;
  metrics: Pick<WorkerMetrics, "step" | "turn" | "probe">;
}

/** What a worker does with what the queues bring: it is counted and timed, and shows that they bring something. */
export function queueHandlers(parts: Parts) {
  const { drainer, heartbeat, metrics } = parts;
  const work = workInSlot(parts);
  parts.carried.onBegin(work.begin);
  return {
    onStep({ job, claim }: { job: StepJob; claim: number }): Promise<ExecutionVerdict> {
      heartbeat.taken();
      return work.fromQueue(job, claim);
    },
    onWake(runId: string, claim: number): Promise<void> {
      heartbeat.taken();
      if (runId === probeRunId) return metrics.probe(heartbeat.probe());
      // A wake that comes again is one whose worker died: what it had under way is owed.
      return metrics.turn(drainer.wake(runId, { recover: claim > 1 }));
    },
  };
}
