import type { RunEnds } from "../../engine/ports/run-ends.ts";
import { channels } from "./keys.ts";
import type { PubSub } from "./pub-sub.ts";

/** Ends of runs, told by Redis pub/sub on one channel: a process listens only while somebody in it waits. */
export function createRunEnds(pubSub: PubSub): RunEnds {
  const waiting = new Map<string, Set<() => void>>();
  let stop: (() => void) | null = null;

  const hear = (message: unknown): void => {
    if (typeof message !== "string") return;
    for (const wake of waiting.get(message) ?? []) wake();
  };

  return {
    announce(runId) {
      pubSub.publish(channels.ended, runId);
    },
    wait(runId, timeoutMs) {
      // The subscription stays once it was made: making it anew for each request would cost more than hearing of others' runs.
      stop ??= pubSub.subscribe(channels.ended, hear);
      return new Promise((resolve) => {
        const callers = waiting.get(runId) ?? new Set();
        waiting.set(runId, callers);
        const finish = (ended: boolean): void => {
          clearTimeout(timer);
          callers.delete(wake);
          if (callers.size === 0) waiting.delete(runId);
          resolve(ended);
        };
        const wake = (): void => finish(true);
        const timer = setTimeout(() => finish(false), timeoutMs);
        callers.add(wake);
      });
    },
  };
}
