import type { RunSummary } from "../../contracts/api/run.ts";
import type { ErrorRecord } from "../../engine/errors.ts";
import type { Json, JsonObject } from "../../engine/json.ts";
import type { RunEvent } from "../../engine/run/event.ts";
import type { RunStatus } from "../../engine/run/status.ts";
import type { AuditEntry } from "../audit.ts";
import type { Page, PageRequest } from "../page.ts";

export interface NewRun {
  id: string;
  orgId: string;
  workflowId: string;
  version: number;
  /** True when the version is meant as the published one: the run is not made when that has changed meanwhile. */
  latest: boolean;
  input: Json;
  priority: number;
  /** How it was started, for lists. */
  trigger: JsonObject;
  createdBy: string | null;
  idempotencyKey: string | null;
  /** The journal from event 1 on: one event, or all of them when the run ended at once. */
  events: readonly RunEvent[];
  /** How it ended, for a run that only computed; how it stands, for one that was made with a past. Times are epoch ms. */
  ended: {
    status: RunStatus;
    output: Json;
    error: ErrorRecord | null;
    startedAt: number;
    endedAt: number | null;
  } | null;
}

export interface RunRow extends RunSummary {
  input: Json;
  output: Json;
  error: ErrorRecord | null;
  inputTokens: number;
  outputTokens: number;
  modelLabel: string | null;
  priority: number;
  lastSeq: number;
}

/** A run, and the event at which the two part. */
export interface ForkLink {
  id: string;
  at: number;
}

export type RunSignalKind = "cancel" | "pause" | "resume" | "retry" | "change";

/** Every method is bound to one organisation: another one's ids find nothing. */
export interface RunStore {
  /**
   * Inserts run, events and audit row in one statement. With an idempotency key that another run of the organisation
   * has, nothing is inserted and that run's id is given. Null when workflow or version are gone, or another is published.
   */
  insert(run: NewRun, audit: AuditEntry): Promise<{ id: string; status: RunStatus; workflowName: string } | null>;
  /** With the output whole, however large it is. */
  get(orgId: string, id: string): Promise<RunRow | null>;
  list(
    orgId: string,
    page: PageRequest & { status: RunStatus | null; workflowId: string | null },
  ): Promise<Page<RunSummary>>;
  /** Events after a number, in order: at most `limit`, fewer where they are large, at least one where there is one. */
  events(orgId: string, runId: string, after: number, limit: number): Promise<RunEvent[]>;
  /** A value of the run that is too large to travel inline; null where there is none by that id. */
  artifact(orgId: string, runId: string, id: string): Promise<{ value: Json } | null>;
  /** Writes down what somebody wants of a run, with its audit row; the number of the signal. */
  signal(
    signal: { orgId: string; runId: string; kind: RunSignalKind; payload: JsonObject },
    audit: AuditEntry,
  ): Promise<number>;
  /** Arms a timer of a run that was made with a past. */
  armTimer(orgId: string, runId: string, key: string, dueAt: number): Promise<void>;
  /** The runs that go on from a moment of this one, and the one this goes on from. */
  forks(orgId: string, runId: string): Promise<{ forkOf: ForkLink | null; forks: ForkLink[] }>;
  /** Number of the last event and status of each of these runs. */
  heads(ids: string[]): Promise<{ id: string; lastSeq: number; status: RunStatus }[]>;
}
