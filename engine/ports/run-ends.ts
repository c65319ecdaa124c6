/** Tells those who wait for a run that it ended: a nudge; the journal is asked before and after. */
export interface RunEnds {
  announce(runId: string): void;
  /** Resolves true when the run was announced as ended, false after `timeoutMs`. */
  wait(runId: string, timeoutMs: number): Promise<boolean>;
}
