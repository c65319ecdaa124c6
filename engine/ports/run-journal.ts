import type { Listener } from "../run/listeners.ts";
import type { RunEvent } from "../run/event.ts";
import type { RunStatus } from "../run/status.ts";
import type { ApprovalRequest } from "../run/event.ts";
import type { ErrorRecord } from "../errors.ts";
import type { Json } from "../json.ts";

/** What one turn writes, all of it or none: events, the run's row, timers, approvals. */
export interface JournalBatch {
  runId: string;
  /** `seq` of the last event the writer had folded in; the fence. */
  afterSeq: number;
  events: RunEvent[];
  patch: RunPatch;
  timers: { arm: { key: string; dueAt: number }[]; disarm: string[] };
  approvals: {
    open: OpenApproval[];
    close: { stepId: string; status: "expired" | "cancelled" }[];
  };
  /** All that the run listens for from now on; absent where that did not change. See engine/run/listeners.ts. */
  listeners?: Listener[];
  /** Sub-workflows that the run calls with these events, and those it calls off, by the ids of their runs; absent where there are none. */
  calls?: { open: string[]; close: string[] };
  /** Values that these events name and do not hold (engine/run/artifact.ts); absent where there are none. */
  artifacts?: Artifact[];
  /** Ids of run_signals rows whose effect is in these events. */
  signals: number[];
}

/** A value too large to travel inline, by the SHA-256 digest of its JSON: kept twice, it is kept once. */
export interface Artifact {
  id: string;
  value: Json;
  json: string;
}

export interface RunPatch {
  status?: RunStatus;
  startedAt?: number;
  endedAt?: number | null;
  output?: Json;
  error?: ErrorRecord | null;
  costUsd?: number;
  inputTokens?: number;
  outputTokens?: number;
  /** "demo" where the offline demo model answered. */
  modelLabel?: string;
}

export interface OpenApproval {
  id: string;
  nodeId: string;
  stepId: string;
  request: ApprovalRequest;
  /** Epoch ms. */
  deadline: number;
  irreversible: boolean;
}

/** What a worker must know of a run besides its events. */
export interface RunHeader {
  runId: string;
  orgId: string;
  workflowId: string;
  version: number;
  priority: number;
  lastSeq: number;
  status: RunStatus;
}

/**
 * The truth about runs. `append` is refused as a whole ("fenced") when another writer appended first: the caller
 * reloads, folds and goes again. Every implementation passes adapters/conformance/run-journal.suite.ts.
 */
export interface RunJournal {
  append(batch: JournalBatch): Promise<"appended" | "fenced" | "missing">;
  header(runId: string): Promise<RunHeader | null>;
  /** Events after `afterSeq`, in order, at most `limit`. */
  read(runId: string, afterSeq: number, limit: number): Promise<RunEvent[]>;
  /** One event by its number; null when there is none. */
  event(runId: string, seq: number): Promise<RunEvent | null>;
  /** Those of a run's values, by their ids, that were kept apart; what there is not is left out. */
  artifacts(runId: string, ids: readonly string[]): Promise<Map<string, Json>>;
  /** The immutable definition of a version, as stored JSON. */
  definition(workflowId: string, version: number): Promise<Json | null>;
}
