import { runStatusSchema, type RunStatus } from "../../engine/run/status.ts";
import type { RunFilter } from "../records/run.ts";
import { isUuid } from "../records/rows.ts";

export const spans = ["hour", "day", "week", "month"] as const;
export type Span = (typeof spans)[number];

const hourMs = 3_600_000;
const spanMs: Record<Span, number> = { hour: hourMs, day: 24 * hourMs, week: 168 * hourMs, month: 720 * hourMs };

/** What a person asks to see of the runs, as it stands in the address. */
export interface AskedRuns {
  status: RunStatus | null;
  workflowId: string | null;
  /** A member's id, or "none" for runs that no person started. */
  startedBy: string | null;
  /** How far back. */
  span: Span | null;
}

/** Reads the address; what it cannot mean is left out. */
export function readAsked(valueOf: (name: string) => string): AskedRuns {
  const [workflow, by] = [valueOf("workflow"), valueOf("by")];
  return {
    status: runStatusSchema.safeParse(valueOf("status")).data ?? null,
    workflowId: isUuid(workflow) ? workflow : null,
    startedBy: by === "none" || isUuid(by) ? by : null,
    span: spans.find((each) => each === valueOf("time")) ?? null,
  };
}

/** The address of what is asked for. */
export function addressOf({ status, workflowId, startedBy, span }: AskedRuns): string {
  const query = new URLSearchParams();
  if (status !== null) query.set("status", status);
  if (workflowId !== null) query.set("workflow", workflowId);
  if (startedBy !== null) query.set("by", startedBy);
  if (span !== null) query.set("time", span);
  return query.size === 0 ? "/runs" : `/runs?${query}`;
}

/** What the database is asked, at this moment. */
export function filterOf({ status, workflowId, startedBy, span }: AskedRuns, now: number): RunFilter {
  return {
    status: status === null ? [] : [status],
    workflowId,
    startedBy,
    since: span === null ? null : new Date(now - spanMs[span]).toISOString(),
  };
}
