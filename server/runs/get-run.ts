import type { Run } from "../../contracts/api/run.ts";
import type { Json } from "../../engine/json.ts";
import type { RunView } from "../../engine/run/projection.ts";
import type { Caller } from "../auth/caller.ts";
import { notFound } from "../not-found.ts";
import type { PlanCache } from "../workflows/plan-cache.ts";
import type { RunRow, RunStore } from "./ports.ts";
import type { RunViews } from "./run-views.ts";

/** Named limit of one answer: the others are read from the journal, page by page. */
const mostSteps = 2_000;

/** The run's row. @throws BatonError NOT_FOUND */
export async function findRun(runs: Pick<RunStore, "get">, caller: Caller, id: string): Promise<RunRow> {
  const row = await runs.get(caller.orgId, id);
  if (row === null) throw notFound("run");
  return row;
}

/** A run with its steps, folded from the journal as far as its row had come. @throws BatonError NOT_FOUND */
export async function getRun(
  parts: { runs: RunStore; plans: PlanCache; views: RunViews },
  caller: Caller,
  id: string,
): Promise<Run> {
  const row = await findRun(parts.runs, caller, id);
  const { plan } = await parts.plans.version(caller.orgId, row.workflowId, row.version);
  const [view, forks] = await Promise.all([
    parts.views.at(plan, caller.orgId, id, row.lastSeq),
    parts.runs.forks(caller.orgId, id),
  ]);
  return { ...answerOf(row, view), ...forks };
}

/** A value of a run that stands apart from its events. @throws BatonError NOT_FOUND */
export async function readArtifact(
  runs: Pick<RunStore, "artifact">,
  caller: Caller,
  { id, artifact }: { id: string; artifact: string },
): Promise<Json> {
  const found = await runs.artifact(caller.orgId, id, artifact);
  if (found === null) throw notFound("artifact");
  return found.value;
}

/** As `getRun`, for a run that has just ended and so has no forks. */
export function answerOfEnded(row: RunRow, view: RunView): Run {
  return { ...answerOf(row, view), forkOf: null, forks: [] };
}

function answerOf(row: RunRow, view: RunView): Omit<Run, "forkOf" | "forks"> {
  const { lastSeq, modelLabel, ...summary } = row;
  return {
    ...summary,
    demo: view.demo || modelLabel === "demo",
    seq: view.seq,
    steps: view.steps.slice(0, mostSteps).map((step) => ({ ...step, cost: costOf(step) })),
    note: noteOf(view.steps.length, view.seq, lastSeq),
  };
}

function costOf({ usage }: RunView["steps"][number]): number {
  return usage.reduce((sum, { costUsd }) => sum + costUsd, 0);
}

function noteOf(steps: number, seq: number, lastSeq: number): string | null {
  if (seq < lastSeq)
    return `Only the first ${seq} events are folded in, which is as much as one answer holds. Read the rest at /runs/{id}/events.`;
  if (steps > mostSteps) return `${mostSteps} of ${steps} steps are listed. Read the others at /runs/{id}/events.`;
  return null;
}
