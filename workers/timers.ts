import type { Clock } from "../engine/ports/clock.ts";

export interface PromptTimers {
  arm(runId: string, key: string, due: number): void;
  disarm(runId: string, key: string): void;
  close(): void;
}

/** Timers further away than this are left to the sweep alone, which comes round often enough. */
const horizonMs = 3_600_000;
/** A bound on memory: what is beyond it fires up to a sweep later. */
const maxTimers = 50_000;

/**
 * Fires timers to the millisecond for as long as this worker lives. Only a courtesy: each timer has its row in the
 * journal's database, and the sweep fires what nobody did.
 */
export function createPromptTimers(clock: Clock, fire: (runId: string, key: string) => void): PromptTimers {
  const timers = new Map<string, NodeJS.Timeout>();
  const disarm = (runId: string, key: string): void => {
    const id = name(runId, key);
    const timer = timers.get(id);
    if (timer === undefined) return;
    clearTimeout(timer);
    timers.delete(id);
  };
  return {
    arm(runId, key, due) {
      disarm(runId, key);
      const delay = due - clock.now();
      if (delay > horizonMs || timers.size >= maxTimers) return;
      const timer = setTimeout(
        () => {
          timers.delete(name(runId, key));
          fire(runId, key);
        },
        Math.max(0, delay),
      );
      // A timer alone must not keep a stopping process alive.
      timer.unref();
      timers.set(name(runId, key), timer);
    },
    disarm,
    close() {
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
}

function name(runId: string, key: string): string {
  return `${runId} ${key}`;
}
