import type { StepJob, StepQueue } from "../../engine/ports/step-queue.ts";

export interface MemoryStepQueue extends StepQueue {
  /** Takes the most urgent step that waits; null when there is none. */
  nextStep(): StepJob | null;
  /** Takes the run to be woken first; null when there is none. */
  nextWake(): string | null;
  /** The step's job is over: its id may be added again. */
  done(job: StepJob): void;
  /** Loses everything, as FLUSHALL does. */
  flush(): void;
}

/** Steps and wakes in this process, with the rules of the real queue: deterministic ids, greater priority first. */
export function createMemoryStepQueue(): MemoryStepQueue {
  const known = new Set<string>();
  let steps: { job: StepJob; priority: number }[] = [];
  let wakes: { runId: string; priority: number }[] = [];
  return {
    async enqueue(jobs) {
      for (const each of jobs) {
        if (known.has(id(each.job))) continue;
        known.add(id(each.job));
        steps.push(structuredClone(each));
      }
      steps = steps.toSorted((a, b) => b.priority - a.priority);
    },
    async wake(runId, priority) {
      wakes.push({ runId, priority });
      wakes = wakes.toSorted((a, b) => b.priority - a.priority);
    },
    ticket: id,
    // Nothing is put off here.
    hasten: async () => undefined,
    nextStep: () => steps.shift()?.job ?? null,
    nextWake: () => wakes.shift()?.runId ?? null,
    done: (job) => known.delete(id(job)),
    flush() {
      known.clear();
      steps = [];
      wakes = [];
    },
  };
}

function id({ runId, seq, attempt }: Pick<StepJob, "runId" | "seq" | "attempt">): string {
  return `${runId}-${seq}-${attempt}`;
}
