import type { Run } from "../../contracts/api/run.ts";
import type { RunEvent } from "../../engine/run/event.ts";
import { createProjection, type Projection } from "../../engine/run/projection.ts";
import type { Plan } from "../../engine/workflow/plan.ts";
import type { Caller } from "../auth/caller.ts";
import { notFound } from "../not-found.ts";
import type { PlanCache } from "../workflows/plan-cache.ts";
import type { RunRow, RunStore } from "./ports.ts";

/** Named limits of one answer: a longer journal is read by its events, page by page. */
const mostEvents = 50_000;
const mostSteps = 2_000;
const pageEvents = 2_000;
/** Bytes of JSON that are folded into one answer. */
const mostBytes = 64_000_000;

/** The run's row. @throws BatonError NOT_FOUND */
export async function findRun(runs: Pick<RunStore, "get">, caller: Caller, id: string): Promise<RunRow> {
  const row = await runs.get(caller.orgId, id);
  if (row === null) throw notFound("run");
  return row;
}

/** A run with its steps, folded from the journal as far as its row had come. @throws BatonError NOT_FOUND */
export async function getRun(parts: { runs: RunStore; plans: PlanCache }, caller: Caller, id: string): Promise<Run> {
  const row = await findRun(parts.runs, caller, id);
  const { plan } = await parts.plans.version(caller.orgId, row.workflowId, row.version);
  const projection = createProjection(plan, id);
  let seq = 0;
  let bytes = 0;
  while (seq < Math.min(row.lastSeq, mostEvents) && bytes < mostBytes) {
    const events = await parts.runs.events(caller.orgId, id, seq, Math.min(pageEvents, row.lastSeq - seq));
    for (const event of events) projection.apply(event);
    // Only long journals are weighed: a short page cannot be many large events.
    if (row.lastSeq > pageEvents || events.length < row.lastSeq) bytes += JSON.stringify(events).length;
    const last = events.at(-1);
    if (last === undefined) break;
    seq = last.seq;
  }
  return answerOf(row, projection, seq);
}

/** As `getRun`, for a run whose whole journal is at hand. */
export function viewRun(plan: Plan, row: RunRow, events: readonly RunEvent[]): Run {
  const projection = createProjection(plan, row.id);
  for (const event of events) projection.apply(event);
  return answerOf(row, projection, events.length);
}

function answerOf(row: RunRow, projection: Projection, seq: number): Run {
  const view = projection.view();
  const { lastSeq, modelLabel, ...summary } = row;
  return {
    ...summary,
    demo: view.demo || modelLabel === "demo",
    seq,
    steps: view.steps.slice(0, mostSteps).map((step) => ({ ...step })),
    note: noteOf(view.steps.length, seq, lastSeq),
  };
}

function noteOf(steps: number, seq: number, lastSeq: number): string | null {
  if (seq < lastSeq)
    return `Only the first ${seq} events are folded in, which is as much as one answer holds. Read the rest at /runs/{id}/events.`;
  if (steps > mostSteps) return `${mostSteps} of ${steps} steps are listed. Read the others at /runs/{id}/events.`;
  return null;
}
