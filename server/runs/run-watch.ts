import { AsyncLocalStorage } from "node:async_hooks";
import type { RunStatus } from "../../engine/run/status.ts";
import type { Log } from "../log.ts";
import type { RunStore } from "./ports.ts";

export interface RunHead {
  lastSeq: number;
  status: RunStatus;
}

export interface Watching {
  /** The run's head now, from the database; null when there is no such run. */
  head(): Promise<RunHead | null>;
  /** Resolves when the run has events after `seq`, after `ms`, or on abort. */
  change(seq: number, ms: number, signal?: AbortSignal): Promise<void>;
  close(): void;
}

export interface RunWatch {
  open(runId: string): Watching;
  close(): void;
}

interface Watched {
  watchers: number;
  waiting: Set<{ seq: number; wake: () => void }>;
}

/**
 * Notices that journals grew: one small query each `everyMs` for all runs that anybody in this process watches, and none
 * when nobody does. Needs no Redis, so streams go on when it is away.
 */
export function createRunWatch(runs: Pick<RunStore, "heads">, log: Log, everyMs = 200): RunWatch {
  const watched = new Map<string, Watched>();
  let timer: NodeJS.Timeout | null = null;
  let closed = false;
  /** What is asked for all who watch is on nobody's behalf. */
  const forAll = AsyncLocalStorage.snapshot();

  function schedule(): void {
    if (timer !== null || closed || watched.size === 0) return;
    timer = setTimeout(() => {
      forAll(poll)
        .catch((error: unknown) => log.warn({ err: error }, "heads of watched runs not read"))
        .finally(() => {
          timer = null;
          schedule();
        });
    }, everyMs);
    timer.unref();
  }

  async function poll(): Promise<void> {
    const ids = [...watched].filter(([, one]) => one.waiting.size > 0).map(([id]) => id);
    if (ids.length === 0) return;
    for (const head of await runs.heads(ids)) {
      for (const waiter of watched.get(head.id)?.waiting ?? []) {
        if (head.lastSeq > waiter.seq) waiter.wake();
      }
    }
  }

  function open(runId: string): Watching {
    const one = watched.get(runId) ?? { watchers: 0, waiting: new Set() };
    one.watchers += 1;
    watched.set(runId, one);
    schedule();
    const own = new Set<() => void>();
    return {
      async head() {
        return (await runs.heads([runId]))[0] ?? null;
      },
      change: (seq, ms, signal) =>
        new Promise((resolve) => {
          const waiter = { seq, wake };
          const limit = setTimeout(wake, ms);
          function wake(): void {
            clearTimeout(limit);
            signal?.removeEventListener("abort", wake);
            one.waiting.delete(waiter);
            own.delete(wake);
            resolve();
          }
          one.waiting.add(waiter);
          own.add(wake);
          if (signal?.aborted === true || closed) wake();
          else signal?.addEventListener("abort", wake, { once: true });
        }),
      close() {
        for (const wake of own) wake();
        one.watchers -= 1;
        if (one.watchers === 0) watched.delete(runId);
      },
    };
  }

  return {
    open,
    close() {
      closed = true;
      if (timer !== null) clearTimeout(timer);
      for (const one of watched.values()) for (const waiter of one.waiting) waiter.wake();
    },
  };
}
