import { stepParts } from "../engine/run/path.ts";
import type { RunState, Step } from "../engine/run/state.ts";
import { isRunEnded } from "../engine/run/status.ts";

/** True while the run waits for the outcome of this attempt: an executor may go on with it. */
export function isAttemptWanted(state: RunState, { step, attempt }: { step: string; attempt: number }): boolean {
  if (isRunEnded(state.status)) return false;
  const record = stepRecord(state, step);
  return record?.attempt === attempt && (record.status === "queued" || record.status === "running");
}

function stepRecord(state: RunState, step: string): Step | undefined {
  const { frame, node } = stepParts(step);
  return state.frames[frame]?.steps[node];
}
