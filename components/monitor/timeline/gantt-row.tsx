import { ChevronRight } from "lucide-react";
import { memo, type CSSProperties, type KeyboardEvent } from "react";
import type { StepView } from "../../../engine/run/projection.ts";
import { isStepEnded } from "../../../engine/run/status.ts";
import type { Plan } from "../../../engine/workflow/plan.ts";
import { classNames } from "../../ui/class-names.ts";
import { Duration } from "../../ui/relative-time.tsx";
import { Status, statusColor, statusWord } from "../../ui/status.tsx";
import type { StepTree } from "../screen/step-tree.ts";
import type { StepRow } from "../step-rows.ts";
import { stepStatus } from "../step-status.ts";
import { GanttBars, placed } from "./gantt-bars.tsx";
import type { TimeMap } from "./time-map.ts";

interface GanttRowProps {
  row: StepRow;
  plan: Plan;
  tree: StepTree;
  map: TimeMap;
  /** Epoch ms of the moment that is looked at. */
  now: number;
  /** True when that moment moves on by itself. */
  live: boolean;
  chosen: boolean;
  critical: boolean;
  onChoose(step: string): void;
  onFold(key: string, open: boolean): void;
  onMove(by: number): void;
}

/** Names at the left, bars at the right; on the narrowest screens the names alone. */
export const rowGrid = "grid grid-cols-[minmax(0,1fr)] sm:grid-cols-[var(--names)_minmax(0,1fr)]";

const indent = (depth: number): CSSProperties => ({ paddingLeft: 30 + depth * 14 });

/** One row of the timeline: a step, an iteration, or a node that was not reached yet. */
export function GanttRow(props: GanttRowProps) {
  const { row } = props;
  if (row.kind === "ahead") return <AheadRow {...props} row={row} />;
  if (row.kind === "more") return <MoreRow {...props} row={row} />;
  if (row.kind === "frame") return <FrameRow {...props} row={row} />;
  return <OneStepRow {...props} row={row} />;
}

function OneStepRow(props: GanttRowProps & { row: StepRow & { kind: "step" } }) {
  const { row, plan, map, now, live, chosen, critical, onChoose, onFold, onMove } = props;
  const { step } = row;
  const keys = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.key === "ArrowDown" || event.key === "j") onMove(1);
    else if (event.key === "ArrowUp" || event.key === "k") onMove(-1);
    else if (event.key === "ArrowRight" && row.folds) onFold(row.key, true);
    else if (event.key === "ArrowLeft" && row.folds) onFold(row.key, false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div data-step={step.step} data-row={row.key} className="relative h-full">
      {row.folds && (
        <FoldButton name={step.name} depth={row.depth} open={row.open} onFold={(open) => onFold(row.key, open)} />
      )}
      <button
        type="button"
        aria-pressed={chosen}
        onClick={() => onChoose(step.step)}
        onKeyDown={keys}
        className={classNames(
          rowGrid,
          "absolute inset-0 text-left hover:bg-hover focus-visible:-outline-offset-2",
          chosen && "bg-selected hover:bg-selected",
        )}
      >
        <StepName step={step} depth={row.depth} until={step.endedAt === null && !live ? now : null} />
        <span aria-hidden className="relative mx-2 hidden sm:block">
          <GanttBars plan={plan} step={step} map={map} now={now} critical={critical} />
        </span>
      </button>
    </div>
  );
}

/** The left half of a row. Going back in time moves every bar, but few names: they are drawn again only where their step changed. */
const StepName = memo(function StepName({
  step,
  depth,
  until,
}: {
  step: StepView;
  depth: number;
  /** Epoch ms at which a step that goes on is looked at in the past. */
  until: number | null;
}) {
  const status = stepStatus(step);
  return (
    <span className="flex min-w-0 items-center gap-2 pr-2" style={indent(depth)}>
      <Status name={status} as="icon" attempt={step.attempt + 1} maxAttempts={step.maxAttempts} />
      <span className="min-w-0 flex-1 truncate text-sm" dir="auto">
        {step.name}
      </span>
      <RowNote status={status} step={step} />
      <span className="figures w-14 shrink-0 text-right text-subtle">
        {step.startedAt !== null && step.status !== "skipped" && (
          <Duration from={step.startedAt} to={step.endedAt ?? until} />
        )}
      </span>
    </span>
  );
});

/** What the icon alone would leave to be guessed: how far a loop is, which attempt, what it waits for. */
function RowNote({
  step,
  status,
}: {
  step: (StepRow & { kind: "step" })["step"];
  status: ReturnType<typeof stepStatus>;
}) {
  const words =
    step.progress !== null
      ? `${step.progress.done}/${step.progress.total ?? "?"}`
      : status === "retrying"
        ? `${step.attempt + 1}/${step.maxAttempts}`
        : status === "completed"
          ? null
          : statusWord(status);
  if (words === null) return null;
  return <span className={classNames("figures hidden shrink-0 2xl:inline", statusColor(status))}>{words}</span>;
}

function AheadRow({ row, chosen, onChoose, onMove }: GanttRowProps & { row: StepRow & { kind: "ahead" } }) {
  return (
    <div data-row={row.key} className="relative h-full">
      <button
        type="button"
        aria-pressed={chosen}
        onClick={() => onChoose(row.key)}
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
          event.preventDefault();
          onMove(event.key === "ArrowDown" ? 1 : -1);
        }}
        className={classNames(
          rowGrid,
          "absolute inset-0 text-left hover:bg-hover focus-visible:-outline-offset-2",
          chosen && "bg-selected hover:bg-selected",
        )}
      >
        <span className="flex min-w-0 items-center gap-2 pr-2" style={indent(row.depth)}>
          <Status name="pending" as="icon" />
          <span className="truncate text-sm text-subtle" dir="auto">
            {row.name}
          </span>
        </span>
      </button>
    </div>
  );
}

function MoreRow({ row, onFold }: GanttRowProps & { row: StepRow & { kind: "more" } }) {
  return (
    <button
      type="button"
      data-row={row.key}
      onClick={() => onFold(row.key, !row.open)}
      className="flex h-full w-full items-center text-left text-xs text-muted hover:bg-hover hover:text-ink focus-visible:-outline-offset-2"
      style={indent(row.depth)}
    >
      {row.open
        ? `Show only the iterations that need attention`
        : `Show ${row.count.toLocaleString("en")} more ${row.count === 1 ? "iteration" : "iterations"} that completed`}
    </button>
  );
}

function FoldButton(props: { name: string; depth: number; open: boolean; onFold(open: boolean): void }) {
  return (
    <button
      type="button"
      aria-expanded={props.open}
      aria-label={`Steps inside ${props.name}`}
      onClick={() => props.onFold(!props.open)}
      className="absolute top-1/2 z-10 grid size-5 -translate-y-1/2 place-items-center rounded-[4px] text-subtle hover:bg-hover hover:text-ink"
      style={{ left: 7 + props.depth * 14 }}
    >
      <ChevronRight aria-hidden className={classNames("size-3.5 transition-transform", props.open && "rotate-90")} />
    </button>
  );
}

function FrameRow({ row, tree, map, now, onFold }: GanttRowProps & { row: StepRow & { kind: "frame" } }) {
  const { index } = row.frame;
  const steps = tree.stepsOf(row.frame);
  const shown = steps.find((step) => step.status === "failed") ?? steps.find((step) => !isStepEnded(step.status));
  const status = shown === undefined ? "completed" : stepStatus(shown);
  const from = Math.min(...steps.map((step) => step.startedAt ?? Infinity));
  const to = Math.max(...steps.map((step) => step.endedAt ?? now));
  const ended = steps.every((step) => step.endedAt !== null);
  return (
    <div data-row={row.key} className={classNames(rowGrid, "relative h-full")}>
      <FoldButton
        name={`iteration ${index + 1}`}
        depth={row.depth}
        open={row.open}
        onFold={(open) => onFold(row.key, open)}
      />
      <span className="flex min-w-0 items-center gap-2 pr-2" style={indent(row.depth)}>
        <Status name={status} as="icon" />
        <span className="min-w-0 flex-1 truncate text-xs text-muted">Iteration {index + 1}</span>
        <span className="figures w-14 shrink-0 text-right text-subtle">
          {Number.isFinite(from) && <Duration from={from} to={ended ? to : now} />}
        </span>
      </span>
      <span aria-hidden className={classNames("relative mx-2 hidden overflow-hidden sm:block", statusColor(status))}>
        {Number.isFinite(from) && (
          <span
            className="absolute top-1/2 h-1 -translate-y-1/2 rounded-full bg-current opacity-40"
            style={placed(map, from, to)}
          />
        )}
      </span>
    </div>
  );
}
