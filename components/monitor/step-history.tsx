import type { StepView } from "../../engine/run/projection.ts";
import { classNames } from "../ui/class-names.ts";
import { Duration, RelativeTime } from "../ui/relative-time.tsx";
import { Status } from "../ui/status.tsx";

/** The attempts of a step and what it logged. */
export function StepHistory({ step }: { step: StepView }) {
  if (step.attempts.length === 0 && step.logs.length === 0) {
    return <p className="text-sm text-subtle">Nothing was logged. Steps that only compute have no attempts.</p>;
  }
  return (
    <div className="grid gap-5">
      {step.attempts.length > 0 && (
        <ol className="grid gap-2">
          {step.attempts.map((attempt) => (
            <li key={attempt.attempt} className="grid gap-1 rounded-md border px-3 py-2">
              <div className="flex items-center gap-3 text-sm">
                <span className="font-medium">Attempt {attempt.attempt}</span>
                <Status
                  name={attempt.error === null ? (attempt.endedAt === null ? "running" : "completed") : "failed"}
                />
                <span className="figures ml-auto text-subtle">
                  <Duration from={attempt.startedAt} to={attempt.endedAt ?? step.endedAt} /> ·{" "}
                  <RelativeTime at={attempt.startedAt} />
                </span>
              </div>
              {attempt.error !== null && <p className="text-xs break-words text-muted">{attempt.error.message}</p>}
            </li>
          ))}
        </ol>
      )}
      {step.logs.length > 0 && (
        <ol aria-label="Log" className="grid gap-1 rounded-md border bg-sunken p-2 font-mono text-xs">
          {step.logs.map((line, index) => (
            <li key={index} className="flex gap-2">
              <span className="shrink-0 text-subtle tabular-nums">{new Date(line.at).toISOString().slice(11, 23)}</span>
              <span
                className={classNames(
                  "min-w-0 break-words whitespace-pre-wrap",
                  line.level === "error" && "text-failed",
                  line.level === "warn" && "text-waiting",
                )}
              >
                {line.message}
              </span>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
