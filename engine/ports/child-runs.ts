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
  priority: number;
}

/**
 * Runs of sub-workflows. A child's end and a parent's stop are told by the store itself, as signals written with the end: what is asked here
 * only makes them known sooner than the sweep would.
 */
export interface ChildRuns {
  /**
   * Starts the run, once: with the same id it is there already. "no-workflow": there is no such workflow or version in the
   * organisation, and the parent has a signal that says so.
   */
  start(run: ChildRun): Promise<"started" | "no-workflow">;
  /** Asks the run, and so all that it started in turn, to stop. */
  cancel(childId: string, parentRunId: string): Promise<void>;
  /** Signals of family (a child's end, a cancel) that are not in the run's journal yet. */
  waitingSignals(runId: string): Promise<{ id: number; kind: string; payload: unknown }[]>;
  parentOf(runId: string): Promise<string | null>;
  /** Children that have not ended. */
  openChildren(runId: string): Promise<string[]>;
}
