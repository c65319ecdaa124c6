"use client";

import { useMemo, useState } from "react";
import type { RunView } from "../../engine/run/projection.ts";
import { isRunEnded } from "../../engine/run/status.ts";
import type { Plan } from "../../engine/workflow/plan.ts";
import { classNames } from "../ui/class-names.ts";
import { useNow } from "../ui/clock.ts";
import { WindowList } from "../ui/window-list.tsx";
import type { RunFollower } from "./run-store.ts";
import { StepDetail } from "./step-detail.tsx";
import { StepLine, type TimeSpan } from "./step-line.tsx";
import { stepRows, type Folding } from "./step-rows.ts";

interface StepBoardProps {
  plan: Plan;
  view: RunView;
  follower: RunFollower;
}

const rowHeight = 32;

/** Steps with their times at the left, the chosen one at the right; on narrow screens one after the other. */
export function StepBoard({ plan, view, follower }: StepBoardProps) {
  const [folding, setFolding] = useState<Folding>(new Map());
  const [chosen, setChosen] = useState<string | null>(null);
  const rows = useMemo(() => stepRows(plan, view.steps, folding), [plan, view.steps, folding]);
  const span = useTimeSpan(view);
  const steps = rows.filter((row) => row.kind === "step");
  const current = view.steps.find((step) => step.step === chosen) ?? defaultStep(view);
  const index = rows.findIndex((row) => row.key === current?.step);

  function move(by: number) {
    const at = steps.findIndex((row) => row.key === current?.step);
    const next = steps[Math.min(steps.length - 1, Math.max(0, at + by))];
    if (next !== undefined) setChosen(next.key);
  }

  return (
    <div className="grid min-h-0 flex-1 lg:grid-cols-[minmax(0,1fr)_minmax(380px,42%)]">
      <div className={classNames("flex min-h-0 flex-col", chosen !== null && "max-lg:hidden")}>
        <WindowList
          items={rows}
          rowHeight={rowHeight}
          keyOf={(row) => row.key}
          label="Steps"
          className="min-h-64 flex-1 py-1"
          reveal={chosen === null ? null : index}
        >
          {(row) => (
            <StepLine
              row={row}
              span={span}
              chosen={row.kind === "step" && row.step.step === current?.step}
              onChoose={setChosen}
              onFold={(key, open) => setFolding((old) => new Map(old).set(key, open))}
              onMove={move}
            />
          )}
        </WindowList>
      </div>
      <div className={classNames("min-h-0 overflow-auto border-line lg:border-l", chosen === null && "max-lg:hidden")}>
        {current !== undefined && (
          <StepDetail key={current.step} step={current} follower={follower} onBack={() => setChosen(null)} />
        )}
      </div>
    </div>
  );
}

/** Until a person chooses: what failed, else what waits for somebody, else what works, else the last. */
function defaultStep(view: RunView) {
  const { steps } = view;
  return (
    steps.find((step) => step.step === view.errorStep) ??
    steps.find((step) => step.approvalId !== null && step.status === "waiting") ??
    steps.find((step) => step.status === "running" && step.progress === null) ??
    steps.findLast((step) => step.output !== null) ??
    steps[0]
  );
}

/** What the bars are drawn against: from the first step to the last, or to now while the run goes on. */
function useTimeSpan(view: RunView): TimeSpan {
  const ended = isRunEnded(view.status);
  const now = useNow(ended ? "still" : "live");
  const from = view.startedAt ?? view.queuedAt ?? now;
  const to = ended ? (view.endedAt ?? from) : Math.max(now, from);
  return { from, to: Math.max(to, from + 1) };
}
