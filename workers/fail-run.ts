import type { ErrorRecord } from "../engine/errors.ts";
import type { MailEntry } from "../engine/ports/run-mailbox.ts";
import { isRunEnded } from "../engine/run/status.ts";
import type { WorkerPorts } from "./ports.ts";

/**
 * Ends a run that cannot be turned, without turning it: by the number of its last event alone. The person who waits for it
 * learns that it failed and why, instead of watching it stand still.
 */
export async function failRun(
  ports: WorkerPorts,
  runId: string,
  error: ErrorRecord,
  entries: MailEntry[],
): Promise<void> {
  // What asked for the turn is answered by its failure: timers and signals must not come up again and again.
  const disarm = entries.flatMap(({ input }) => (input.type === "timer" ? [input.key] : []));
  const signals = entries.flatMap(({ signal }) => signal ?? []);
  for (;;) {
    const header = await ports.journal.header(runId);
    if (header === null) return;
    const ended = isRunEnded(header.status);
    if (ended && disarm.length + signals.length === 0) return;
    const at = Math.round(ports.clock.now());
    const event = { type: "run-failed" as const, error, step: null, seq: header.lastSeq + 1, at };
    const result = await ports.journal.append({
      runId,
      afterSeq: header.lastSeq,
      events: ended ? [] : [event],
      patch: ended ? {} : { status: "failed", endedAt: at, error },
      timers: { arm: [], disarm: ended ? disarm : [...disarm, "run-timeout"] },
      approvals: { open: [], close: [] },
      signals,
    });
    if (result === "fenced") continue;
    if (ended) return;
    ports.log.error({ runId, code: error.code }, "the run was failed because it cannot be turned");
    ports.broadcaster.events(header, [event], "failed");
    ports.ends.announce(runId);
    await ports.mailbox.forget(runId);
    return;
  }
}
