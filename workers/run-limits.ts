import type { ErrorRecord } from "../engine/errors.ts";
import type { RunState } from "../engine/run/state.ts";
import { isRunEnded } from "../engine/run/status.ts";
import type { Plan } from "../engine/workflow/plan.ts";

/** Named limits of a run: past one of them it fails and says so, before it takes the worker's memory with it. */
const maxEvents = 200_000;
const maxStateBytes = 32 * 1024 * 1024;
/** What is kept apart of all its steps' values. */
const maxArtifactBytes = 512 * 1024 * 1024;

/** How many events go by between two looks at the size of the state: looking costs as much as writing it out. */
export const measureEvery = 1_000;

/** The same for a run that is kept between two steps, which are few and may be large: the more often, the shorter it is. */
export function measureHeld(seq: number): number {
  return Math.min(measureEvery, Math.max(20, seq / 10));
}

/** The limit that the run broke, as the error it fails with; null when it broke none or is over. */
export function brokenLimit(plan: Plan, state: RunState, measure: boolean): ErrorRecord | null {
  if (isRunEnded(state.status)) return null;
  if (state.seq > maxEvents) {
    const most = maxEvents.toLocaleString("en");
    const message = `${plan.file.name} wrote more than ${most} events. Split the work into several runs.`;
    return { code: "JOURNAL_LIMIT", message, retryable: false };
  }
  if ((state.artifactBytes ?? 0) > maxArtifactBytes) {
    const message =
      "The run's steps gave more than 512 MB in values of more than 256 KiB. Keep less in their outputs, or split the work.";
    return { code: "STATE_TOO_LARGE", message, retryable: false };
  }
  if (!measure || JSON.stringify(state).length <= maxStateBytes) return null;
  const message = "The run holds more than 32 MB of results. Keep less in its steps' outputs, or split the work.";
  return { code: "STATE_TOO_LARGE", message, retryable: false };
}
