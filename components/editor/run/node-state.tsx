"use client";

import { StepChips } from "../../monitor/graph/step-chips.tsx";
import { Status, statusColor, statusWord } from "../../ui/status.tsx";
import { Duration, RelativeTime } from "../../ui/relative-time.tsx";
import { classNames } from "../../ui/class-names.ts";
import type { NodeRun } from "../../monitor/screen/graph-state.ts";
import type { StatusName } from "../../ui/status.tsx";
import { useStreamed } from "./use-live.ts";

/** How much of what a model writes stands on its card: the end of it, on one line. */
const tail = 60;

interface NodeStateProps {
  run: NodeRun;
  status: StatusName;
}

/** The quiet line of a card while a run is shown: the state, or the last words that a model has written. */
export function NodeStateLine({ run, status, summary }: NodeStateProps & { summary: string }) {
  const streamed = useStreamed(run);
  const { step } = run;
  if (step === null || status === "pending") return summary;
  if (streamed !== null && streamed.trim() !== "") {
    return (
      // The last words are what changes: they stay in view, the first are cut off.
      <span data-streaming className="flex justify-end overflow-hidden text-running" dir="ltr">
        <span className="whitespace-nowrap">{streamed.slice(-tail).replaceAll(/\s+/g, " ")}</span>
      </span>
    );
  }
  return (
    <span className={classNames("font-medium", statusColor(status))}>
      {statusWord(status)}
      {status === "retrying" && ` ${step.attempt + 1}/${step.maxAttempts}`}
      {status === "breaker-open" && step.retryAt !== null && (
        <>
          , again <RelativeTime at={step.retryAt} live />
        </>
      )}
      {status === "running" && step.attempt > 1 && `, attempt ${step.attempt}/${step.maxAttempts}`}
    </span>
  );
}

/** The state in the corner of a node. A step that was changed since the run shows it faintly: it would not do the same again. */
export function NodeStateMark({
  run: { step },
  status,
  stale,
  large,
}: NodeStateProps & { stale: boolean; large: boolean }) {
  if (step === null) return null;
  return (
    <span
      className={classNames("shrink-0", stale && "opacity-45")}
      title={stale ? `${statusWord(status)}; the step was changed since` : undefined}
    >
      <Status
        name={status}
        as="icon"
        attempt={step.attempt + 1}
        maxAttempts={step.maxAttempts}
        className={large ? "[&_svg]:size-7" : "[&_svg]:size-4"}
      />
    </span>
  );
}

/** Time, cost and iteration below a card. */
export function NodeChips({ run, status, large }: NodeStateProps & { large: boolean }) {
  const { step } = run;
  if (step?.startedAt == null) return null;
  return (
    <StepChips run={run} status={status} large={large} elapsed={<Duration from={step.startedAt} to={step.endedAt} />} />
  );
}
