import type { RunEvent } from "../run/event.ts";
import type { RunStatus } from "../run/status.ts";

/** Tells people's screens. A hint, never the truth: nothing may depend on its arrival, and it never throws. */
export interface Broadcaster {
  /** A batch that has just been appended, on topic `run:{id}` (and the run's status on `org:{id}`). */
  events(run: { runId: string; orgId: string; workflowId: string }, events: RunEvent[], status: RunStatus): void;
  /** A run that had ended when it was stored: nobody can be watching it yet, so only the list on `org:{id}` hears, a moment later. */
  ended(run: { runId: string; orgId: string; workflowId: string }, seq: number, status: RunStatus): void;
  /** Model text as it streams: ephemeral, never in the journal. */
  text(run: { runId: string; orgId: string }, step: string, attempt: number, text: string): void;
  close(): Promise<void>;
}
