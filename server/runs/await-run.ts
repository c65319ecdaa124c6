import type { RunEnds } from "../../engine/ports/run-ends.ts";
import { isRunEnded } from "../../engine/run/status.ts";
import type { Log } from "../log.ts";
import type { RunWatch } from "./run-watch.ts";

/**
 * Waits for the end of a run, at most `ms`; true when it has ended. The announcement is only the quick way: the journal is
 * asked before, and watched by itself when announcements cannot be had.
 */
export async function awaitRun(
  parts: { ends: RunEnds; watch: RunWatch; log: Log },
  runId: string,
  ms: number,
  signal?: AbortSignal,
): Promise<boolean> {
  const deadline = performance.now() + ms;
  let listening = true;
  // Asked for before the first look at the journal, so that no end falls between the two.
  const announcement = parts.ends
    .wait(runId, ms)
    .catch((error: unknown) => {
      parts.log.warn({ err: error, runId }, "ends are not announced; watching the journal");
      return false;
    })
    .finally(() => {
      listening = false;
    });
  const watching = parts.watch.open(runId);
  try {
    let seq = 0;
    for (;;) {
      const head = await watching.head();
      if (head !== null && isRunEnded(head.status)) return true;
      if (head !== null) seq = head.lastSeq;
      const left = deadline - performance.now();
      if (left <= 0 || signal?.aborted === true) return false;
      const change = watching.change(seq, left, signal).then(() => false);
      // What is announced is in the journal.
      if (await (listening ? Promise.race([change, announcement]) : change)) return true;
    }
  } finally {
    watching.close();
  }
}
