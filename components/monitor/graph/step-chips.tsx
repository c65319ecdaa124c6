import type { ReactNode } from "react";
import type { StatusName } from "../../ui/status.tsx";
import { moneyWords } from "../../ui/time-words.ts";
import type { NodeRun } from "../screen/graph-state.ts";

interface StepChipsProps {
  run: NodeRun;
  status: StatusName;
  /** How long it took, or has been taking. */
  elapsed: ReactNode;
  /** Seen from further away: the time alone, larger. */
  large: boolean;
}

/** Time, cost and iteration, on the lower edge of a card. */
export function StepChips({ run: { step, iteration }, status, elapsed, large }: StepChipsProps) {
  if (step === null || step.startedAt === null || status === "skipped" || status === "pending") return null;
  if (large) {
    return (
      <span className="pointer-events-none absolute top-full right-1 text-xl leading-7 text-muted tabular-nums">
        {elapsed}
      </span>
    );
  }
  const cost = step.usage.reduce((sum, each) => sum + each.costUsd, 0);
  return (
    <div className="pointer-events-none absolute right-2 -bottom-2.5 flex gap-1">
      {iteration !== null && (
        <Chip title="Iteration">
          {iteration.index + 1}/{iteration.total ?? iteration.begun}
        </Chip>
      )}
      {step.usage.length > 0 && <Chip title="Cost">{moneyWords(cost)}</Chip>}
      <Chip title="Time">{elapsed}</Chip>
    </div>
  );
}

export function Chip({ title, children }: { title: string; children: ReactNode }) {
  return (
    <span
      title={title}
      className="figures rounded-[5px] border border-line-strong bg-surface px-1.5 text-2xs leading-4.5 text-muted"
    >
      {children}
    </span>
  );
}
