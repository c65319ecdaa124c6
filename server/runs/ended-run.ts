import type { ImmediateRun } from "../../engine/run/immediate.ts";
import type { NewRun, RunRow } from "./ports.ts";

/** How a run ended that was turned before it was stored. */
export function endOf({ state, events }: ImmediateRun): NonNullable<NewRun["ended"]> & { endedAt: number } {
  const last = events.at(-1);
  const begun = events.find(({ type }) => type === "run-started");
  if (last === undefined || begun === undefined) throw new TypeError("A run that ended has begun.");
  const output = last.type === "run-completed" ? last.output : null;
  return { status: state.status, output, error: state.error, startedAt: begun.at, endedAt: last.at };
}

/** Its row as the store gives it from now on, without asking. */
export function rowOfEnded(run: NewRun, workflowName: string, whole: ImmediateRun): RunRow {
  const { startedAt, endedAt, ...end } = endOf(whole);
  return {
    id: run.id,
    workflowId: run.workflowId,
    workflowName,
    version: run.version,
    ...end,
    cost: 0,
    createdAt: moment(whole.events[0]?.at ?? startedAt),
    startedAt: moment(startedAt),
    endedAt: moment(endedAt),
    input: run.input,
    inputTokens: 0,
    outputTokens: 0,
    modelLabel: null,
    priority: run.priority,
    lastSeq: whole.events.length,
  };
}

/** ISO 8601 in UTC with microseconds, as the store writes moments. */
function moment(ms: number): string {
  return new Date(ms).toISOString().replace("Z", "000Z");
}
