import type { ErrorRecord } from "../engine/errors.ts";
import { isRunEnded } from "../engine/run/status.ts";
import type { WorkerPorts } from "./ports.ts";

/**
 * Ends a run that cannot be turned, without turning it: by the number of its last event alone. The person who waits for it
 * learns that it failed and why, instead of watching it stand still.
 */
export async function failRun(ports: WorkerPorts, runId: string, error: ErrorRecord): Promise<void> {
  for (;;) {
    const header = await ports.journal.header(runId);
    if (header === null || isRunEnded(header.status)) return;
    const at = ports.clock.now();
    const event = { type: "run-failed" as const, error, step: null, seq: header.lastSeq + 1, at };
    const result = await ports.journal.append({
      runId,
      afterSeq: header.lastSeq,
      events: [event],
      patch: { status: "failed", endedAt: at, error },
      timers: { arm: [], disarm: [] },
      approvals: { open: [], close: [] },
      signals: [],
    });
    if (result === "fenced") continue;
    ports.log.error({ runId, code: error.code }, "the run was failed because it cannot be turned");
    ports.broadcaster.events(header, [event], "failed");
    ports.ends.announce(runId);
    await ports.mailbox.forget(runId);
    return;
  }
}
