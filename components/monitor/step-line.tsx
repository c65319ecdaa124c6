import { ChevronRight } from "lucide-react";
import type { KeyboardEvent } from "react";
import type { StepView } from "../../engine/run/projection.ts";
import { classNames } from "../ui/class-names.ts";
import { Duration } from "../ui/relative-time.tsx";
import { Status, statusColor } from "../ui/status.tsx";
import { isStepEnded } from "../../engine/run/status.ts";
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
  if (row.kind === "frame") return <FrameLine row={row} span={span} onFold={onFold} />;
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
        <span className="min-w-0 flex-1 truncate text-sm sm:w-52 sm:flex-none 2xl:w-72">{step.name}</span>
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

interface FrameLineProps {
  row: StepRow & { kind: "frame" };
  span: TimeSpan;
  onFold(key: string, open: boolean): void;
}

function FrameLine({ row, span, onFold }: FrameLineProps) {
  const { steps } = row;
  const shown = steps.find((step) => step.status === "failed") ?? steps.find((step) => !isStepEnded(step.status));
  const status = shown === undefined ? "completed" : stepStatus(shown);
  const from = Math.min(...steps.map((step) => step.startedAt ?? Number.POSITIVE_INFINITY));
  const to = Math.max(...steps.map((step) => step.endedAt ?? span.to));
  return (
    <div className="flex h-full items-center gap-2 pr-4" style={indent(row.depth)}>
      <FoldButton name={`iteration ${row.index + 1}`} open={row.open} onFold={(open) => onFold(row.key, open)} />
      <Status name={status} as="icon" />
      <span className="min-w-0 flex-1 truncate text-xs text-muted sm:w-52 sm:flex-none 2xl:w-72">
        Iteration {row.index + 1}
      </span>
      <span className="hidden w-24 shrink-0 xl:inline" />
      <span className={classNames("relative hidden h-full min-w-0 flex-1 sm:block", statusColor(status))}>
        {Number.isFinite(from) && (
          <span aria-hidden className="absolute inset-x-2 inset-y-0">
            <span
              className="absolute top-1/2 h-1 -translate-y-1/2 rounded-full bg-current opacity-40"
              style={placeIn(span, from, to)}
            />
          </span>
        )}
      </span>
      <span className="figures w-16 shrink-0 text-right text-subtle">
        {Number.isFinite(from) && (
          <Duration from={from} to={steps.every((step) => step.endedAt !== null) ? to : null} />
        )}
      </span>
    </div>
  );
}

/** Where a bar stands in the span, as percentages; never thinner than can be seen. */
function placeIn(span: TimeSpan, from: number, to: number) {
  const length = span.to - span.from;
  return { left: `${((from - span.from) / length) * 100}%`, width: `max(3px, ${((to - from) / length) * 100}%)` };
}

/** When a step worked: a bar an attempt, hatched while it waited. */
function Bars({ step, span }: { step: StepView; span: TimeSpan }) {
  if (step.startedAt === null || step.status === "skipped") return null;
  const status = stepStatus(step);
  const waiting = step.status === "waiting";
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
        style={placeIn(span, step.startedAt, end)}
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
            style={placeIn(span, attempt.startedAt, attempt.endedAt ?? end)}
          />
        ))}
    </span>
  );
}
