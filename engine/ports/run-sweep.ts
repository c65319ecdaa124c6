/** What recovery asks of the store, by the store's own clock. */
export interface RunSweep {
  /** Timers that are due, claimed for a while so that two sweepers do not fire the same one at once. */
  dueTimers(limit: number): Promise<{ runId: string; key: string }[]>;
  /** Signals written `olderThanMs` ago or more and not yet in a journal. */
  unappliedSignals(
    olderThanMs: number,
    limit: number,
  ): Promise<{ id: number; runId: string; kind: string; payload: unknown }[]>;
  /**
   * Queued and running runs without a journal append for `idleMs`, and those that called a sub-workflow which nobody has started since;
   * asking touches them, so each comes up once per `idleMs`.
   */
  idleRuns(idleMs: number, limit: number): Promise<{ runId: string; priority: number }[]>;
  /** Pending approvals whose deadline passed: the deadline side of the race is decided in the store (signals are written there). */
  expireApprovals(limit: number): Promise<{ runId: string; approvalId: string; signalId: number }[]>;
}
