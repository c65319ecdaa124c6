import type { ReactNode } from "react";
import type { RunView } from "../../engine/run/projection.ts";
import { Badge } from "../ui/badge.tsx";
import { Duration, RelativeTime } from "../ui/relative-time.tsx";
import { Status, type StatusName } from "../ui/status.tsx";
import { moneyWords } from "../ui/time-words.ts";

interface RunSummaryProps {
  view: RunView;
  status: StatusName;
  /** Epoch ms at which the run was asked for. */
  created: number;
  /** Epoch ms at which a run that goes on is looked at in the past; null for now. */
  moment: number | null;
}

/** The line of figures under the header of a run. */
export function RunSummary({ view, status, created, moment }: RunSummaryProps) {
  const done = view.steps.filter((step) => step.status === "completed").length;
  return (
    <dl className="flex flex-wrap items-center gap-x-6 gap-y-2 px-4 py-3" data-run-status={view.status}>
      <Figure label="State">
        <Status name={status} as="badge" />
      </Figure>
      <Figure label="Duration">
        {view.startedAt === null ? "–" : <Duration from={view.startedAt} to={view.endedAt ?? moment} />}
      </Figure>
      <Figure label="Steps done">{done}</Figure>
      <Figure label="Cost">{moneyWords(view.costUsd)}</Figure>
      <Figure label="Tokens">
        {view.inputTokens.toLocaleString("en")} in · {view.outputTokens.toLocaleString("en")} out
      </Figure>
      <Figure label="Started">
        <RelativeTime at={view.queuedAt ?? created} />
      </Figure>
      {view.demo && (
        <Figure label="Answered by">
          <Badge title="No model key is set, so the offline demo model answered. Its text is drawn from the input.">
            demo model
          </Badge>
        </Figure>
      )}
    </dl>
  );
}

function Figure({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="flex items-center gap-1.5">
      <dt className="text-xs text-subtle">{label}</dt>
      <dd className="figures flex items-center font-medium">{children}</dd>
    </div>
  );
}
