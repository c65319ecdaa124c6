import type { RunEnds } from "../../engine/ports/run-ends.ts";
import type { StepControl } from "../../engine/ports/step-control.ts";

/** Aborts and acknowledgements between workers of this process. */
export function createMemoryStepControl(): StepControl {
  const aborts = new Set<(runId: string, steps: string[]) => void>();
  const acks = new Map<string, Set<(entryIds: string[]) => void>>();
  return {
    async abort(runId, steps) {
      for (const listener of aborts) listener(runId, [...steps]);
    },
    onAbort(listener) {
      aborts.add(listener);
      return () => aborts.delete(listener);
    },
    async acknowledge(replyTo, entryIds) {
      for (const listener of acks.get(replyTo) ?? []) listener([...entryIds]);
    },
    onAcknowledge(worker, listener) {
      const listeners = acks.get(worker) ?? new Set();
      acks.set(worker, listeners);
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Ends of runs, told within this process. */
export function createMemoryRunEnds(): RunEnds {
  const waiting = new Map<string, Set<(ended: boolean) => void>>();
  return {
    announce(runId) {
      for (const wake of waiting.get(runId) ?? []) wake(true);
    },
    wait(runId, timeoutMs) {
      return new Promise((resolve) => {
        const callers = waiting.get(runId) ?? new Set();
        waiting.set(runId, callers);
        const wake = (ended: boolean): void => {
          clearTimeout(timer);
          callers.delete(wake);
          if (callers.size === 0) waiting.delete(runId);
          resolve(ended);
        };
        const timer = setTimeout(wake, timeoutMs, false);
        callers.add(wake);
      });
    },
  };
}
