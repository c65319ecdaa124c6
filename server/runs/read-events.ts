import type { RunEvent } from "../../engine/run/event.ts";
import { isRunEnded, type RunStatus } from "../../engine/run/status.ts";
import type { Caller } from "../auth/caller.ts";
import { findRun } from "./get-run.ts";
import type { RunStore } from "./ports.ts";
import type { RunWatch } from "./run-watch.ts";

/** A page of the journal. @throws BatonError NOT_FOUND */
export async function readEvents(
  runs: RunStore,
  caller: Caller,
  id: string,
  query: { after: number; limit: number },
): Promise<{ events: RunEvent[]; nextAfter: number | null; status: RunStatus }> {
  const row = await findRun(runs, caller, id);
  const events = await runs.events(caller.orgId, id, query.after, query.limit);
  const last = events.at(-1);
  const more = last !== undefined && last.seq < row.lastSeq;
  return { events, nextAfter: more ? last.seq : null, status: row.status };
}

const streamPage = 500;

/** What a stream gives: events in order without a gap, a pulse now and then (null), and the end. */
export type StreamItem = { event: RunEvent } | { ended: RunStatus } | null;

/**
 * Follows a run from `after` until its end or until `signal` aborts. Between batches `allowed` is asked whether the reader
 * still may: a right that is taken away ends the stream. The run has been checked to be the caller's.
 */
export async function* followRun(
  parts: { runs: RunStore; watch: RunWatch },
  orgId: string,
  id: string,
  options: { after: number; pulseMs: number; signal: AbortSignal; allowed: () => Promise<boolean> },
): AsyncGenerator<StreamItem> {
  let seq = options.after;
  let pulsedAt = performance.now();
  const watching = parts.watch.open(id);
  try {
    while (!options.signal.aborted) {
      // The head is read before the events: a run that has ended by then has no events beyond it.
      const head = await watching.head();
      if (head === null || !(await options.allowed())) return;
      while (seq < head.lastSeq && !options.signal.aborted) {
        const events = await parts.runs.events(orgId, id, seq, streamPage);
        if (events.length === 0) break;
        for (const event of events) {
          yield { event };
          seq = event.seq;
        }
      }
      if (isRunEnded(head.status) && seq >= head.lastSeq) {
        yield { ended: head.status };
        return;
      }
      // Woken at least once a second, to see whether the reader may still read.
      await watching.change(seq, Math.min(options.pulseMs, 1_000), options.signal);
      if (performance.now() - pulsedAt >= options.pulseMs) {
        pulsedAt = performance.now();
        yield null;
      }
    }
  } finally {
    watching.close();
  }
}
