import { ChevronRight, Repeat } from "lucide-react";
import type { KeyboardEvent } from "react";
import type { StepView } from "../../engine/run/projection.ts";
import { classNames } from "../ui/class-names.ts";
import { Duration } from "../ui/relative-time.tsx";
import { Status, statusColor } from "../ui/status.tsx";
import type { StepRow } from "./step-rows.ts";
import { stepStatus } from "./step-status.ts";

/** Epoch ms between which the bars are drawn. */
export interface TimeSpan {
  from: number;
  to: number;
}

interface StepLineProps {
  row: StepRow;
  span: TimeSpan;
  chosen: boolean;
  onChoose(step: string): void;
  onFold(key: string, open: boolean): void;
  onMove(by: number): void;
}

const indent = (depth: number) => ({ paddingLeft: 12 + depth * 16 });

/** One row of the board: a step with its bar, an iteration, or a node that was not reached yet. */
export function StepLine({ row, span, chosen, onChoose, onFold, onMove }: StepLineProps) {
  if (row.kind === "ahead") {
    return (
      <div className="flex h-full items-center gap-2 pr-4" style={indent(row.depth)}>
        <span className="size-4 shrink-0" />
        <Status name="pending" as="icon" />
        <span className="truncate text-sm text-subtle">{row.name}</span>
      </div>
    );
  }
  if (row.kind === "frame") return <FrameLine row={row} onFold={onFold} />;
  const { step } = row;
  const keys = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "j") onMove(1);
    else if (event.key === "ArrowUp" || event.key === "k") onMove(-1);
    else if (event.key === "ArrowRight" && row.folds) onFold(row.key, true);
    else if (event.key === "ArrowLeft" && row.folds) onFold(row.key, false);
    else return;
    event.preventDefault();
  };
  return (
    <div
      data-step={step.step}
      className={classNames(
        "flex h-full items-center gap-2 pr-4 hover:bg-hover",
        chosen && "bg-selected hover:bg-selected",
      )}
      style={indent(row.depth)}
    >
      {row.folds ? (
        <FoldButton name={step.name} open={row.open} onFold={(open) => onFold(row.key, open)} />
      ) : (
        <span className="size-4 shrink-0" />
      )}
      <button
        type="button"
        aria-pressed={chosen}
        onClick={() => onChoose(step.step)}
        onKeyDown={keys}
        className="flex h-full min-w-0 flex-1 items-center gap-2 text-left focus-visible:-outline-offset-2"
      >
        <Status name={stepStatus(step)} as="icon" attempt={step.attempt + 1} maxAttempts={step.maxAttempts} />
        <span className="min-w-0 flex-1 truncate text-sm sm:w-44 sm:flex-none">{step.name}</span>
        <Notes step={step} />
        <span className="relative hidden h-full min-w-0 flex-1 sm:block">
          <Bars step={step} span={span} />
        </span>
        <span className="figures w-16 shrink-0 text-right text-subtle">
          {step.startedAt === null || step.status === "skipped" ? (
            ""
          ) : (
            <Duration from={step.startedAt} to={step.endedAt} />
          )}
        </span>
      </button>
    </div>
  );
}

function Notes({ step }: { step: StepView }) {
  const status = stepStatus(step);
  return (
    <span className="figures hidden w-24 shrink-0 truncate text-subtle xl:inline">
      {step.progress !== null ? (
        `${step.progress.done} of ${step.progress.total ?? "?"}`
      ) : (
        <Status name={status} attempt={step.attempt + 1} maxAttempts={step.maxAttempts} className="[&_svg]:hidden" />
      )}
    </span>
  );
}

function FoldButton({ name, open, onFold }: { name: string; open: boolean; onFold(open: boolean): void }) {
  return (
    <button
      type="button"
      aria-expanded={open}
      aria-label={`Steps inside ${name}`}
      onClick={() => onFold(!open)}
      className="grid size-4 shrink-0 place-items-center rounded-[4px] text-subtle hover:text-ink"
    >
      <ChevronRight aria-hidden className={classNames("size-3.5 transition-transform", open && "rotate-90")} />
    </button>
  );
}

function FrameLine({ row, onFold }: { row: StepRow & { kind: "frame" }; onFold(key: string, open: boolean): void }) {
  const failed = row.steps.filter((step) => step.status === "failed").length;
  const working = row.steps.find((step) => step.status === "running" || step.status === "waiting");
  return (
    <div className="flex h-full items-center gap-2 pr-4" style={indent(row.depth)}>
      <FoldButton name={`iteration ${row.index + 1}`} open={row.open} onFold={(open) => onFold(row.key, open)} />
      <Repeat aria-hidden className="size-3.5 shrink-0 text-subtle" />
      <span className="text-xs text-muted">Iteration {row.index + 1}</span>
      {failed > 0 ? (
        <Status name="failed" as="icon" />
      ) : working === undefined ? (
        <Status name="completed" as="icon" />
      ) : (
        <Status name={stepStatus(working)} as="icon" />
      )}
    </div>
  );
}

/** When a step worked: a bar an attempt, hatched while it waited. */
function Bars({ step, span }: { step: StepView; span: TimeSpan }) {
  if (step.startedAt === null || step.status === "skipped") return null;
  const status = stepStatus(step);
  const waiting = step.status === "waiting";
  const place = (from: number, to: number) => ({
    left: `${((from - span.from) / (span.to - span.from)) * 100}%`,
    width: `max(3px, ${((to - from) / (span.to - span.from)) * 100}%)`,
  });
  const end = step.endedAt ?? span.to;
  const attempts =
    step.attempts.length > 0
      ? step.attempts
      : [{ attempt: 1, startedAt: step.startedAt, endedAt: step.endedAt, error: null }];
  return (
    <span aria-hidden className={classNames("absolute inset-x-2 inset-y-0", statusColor(status))}>
      <span
        className={classNames(
          "absolute top-1/2 h-1.5 -translate-y-1/2 rounded-full",
          waiting ? "hatch opacity-80" : "bg-current opacity-20",
        )}
        style={place(step.startedAt, end)}
      />
      {!waiting &&
        attempts.map((attempt) => (
          <span
            key={attempt.attempt}
            className={classNames(
              "absolute top-1/2 h-1.5 -translate-y-1/2 rounded-full",
              attempt.error === null ? "bg-current" : "bg-failed",
              status === "running" && attempt.endedAt === null && "sweep opacity-90",
            )}
            style={place(attempt.startedAt, attempt.endedAt ?? end)}
          />
        ))}
    </span>
  );
}
