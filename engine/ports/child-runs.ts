import type { Json } from "../json.ts";

/** A run that another run's step started. */
export interface ChildRun {
  id: string;
  orgId: string;
  parent: { runId: string; step: string; depth: number };
  workflowId: string;
  /** Null for the newest published version. */
  version: number | null;
  input: Json;
  /** The secret part of the marks that stand for addresses of its waits. */
  callbackKey: string;
  priority: number;
}

/**
 * Runs of sub-workflows. What a run calls, and calls off, is written by the journal with the append that says so (`JournalBatch.calls`); a child's
 * end and a parent's stop are told by the store itself, as signals written with the end. What is asked here carries that out sooner than the sweep.
 */
export interface ChildRuns {
  /**
   * Answers the call, once. "not-owed": it was answered or called off before. "no-workflow": there is no such workflow or version in
   * the organisation, and the parent has a signal that says so.
   */
  start(run: ChildRun): Promise<"started" | "not-owed" | "no-workflow">;
  /** Signals of family (a child's end, a cancel) that are not in the run's journal yet. */
  waitingSignals(runId: string): Promise<{ id: number; kind: string; payload: unknown }[]>;
  parentOf(runId: string): Promise<string | null>;
  /** Children that have not ended. */
  openChildren(runId: string): Promise<string[]>;
}
