"use client";

import dynamic from "next/dynamic";
import { useState, type ReactNode } from "react";
import { dayIn, loadRunNumbers, runsOverTime, type RunsOverTime } from "../records/run-numbers.ts";
import { useLiveQuery } from "../shell/live-query.ts";
import { useWorkspace } from "../shell/workspace-context.tsx";
import { useSupabase } from "../supabase-context.tsx";
import { Card, CardHeader } from "../ui/card.tsx";
import { SegmentedControl } from "../ui/segmented-control.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { moneyWords } from "../ui/time-words.ts";

// The charts are most of what this page would load: they come after it stands.
const CostChart = dynamic(async () => (await import("./run-charts.tsx")).CostChart, { ssr: false, loading: Waiting });
const RunsChart = dynamic(async () => (await import("./run-charts.tsx")).RunsChart, { ssr: false, loading: Waiting });

const times = ["7", "14", "30"] as const;

/** What ran and what it cost over the last days. */
export function Numbers() {
  const supabase = useSupabase();
  const { organization } = useWorkspace();
  const [days, setDays] = useState<(typeof times)[number]>("14");
  const { value, error } = useLiveQuery<RunsOverTime>(`${organization.id} ${days}`, null, async () => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const rows = await loadRunNumbers(await supabase(), organization.id, Number(days), zone);
    return runsOverTime(rows, dayIn(zone, Date.now()), Number(days));
  });
  const total = value?.total;
  const over = total === undefined ? 0 : total.completed + total.failed;
  return (
    <Card className="min-w-0 overflow-hidden">
      <CardHeader
        title="Over time"
        actions={
          <SegmentedControl
            label="Time"
            value={days}
            onValueChange={setDays}
            options={times.map((each) => ({ value: each, label: `${each} days` }))}
          />
        }
      />
      {error !== null && value === null ? (
        <p className="px-4 py-6 text-sm text-muted">{error}</p>
      ) : (
        <>
          <dl className="grid grid-cols-2 gap-px border-b bg-line sm:grid-cols-4 [&>div]:bg-surface">
            <Figure name="Runs">
              {total === undefined ? null : total.completed + total.failed + total.cancelled + total.open}
            </Figure>
            <Figure name="Completed">
              {total === undefined ? null : over === 0 ? "–" : `${Math.round((100 * total.completed) / over)} %`}
            </Figure>
            <Figure name="Failed">{total?.failed ?? null}</Figure>
            <Figure name="Cost">{total === undefined ? null : moneyWords(total.cost)}</Figure>
          </dl>
          <div className="grid min-w-0 lg:grid-cols-2 lg:divide-x">
            <section aria-label="Runs per day" className="min-w-0">
              <h3 className="px-4 pt-3 text-xs font-medium text-subtle">Runs per day</h3>
              {value === null ? <Waiting /> : <RunsChart numbers={value} />}
            </section>
            <section aria-label="Cost per day" className="min-w-0 border-t lg:border-t-0">
              <h3 className="px-4 pt-3 text-xs font-medium text-subtle">Cost per day</h3>
              {value === null ? <Waiting /> : <Costs numbers={value} />}
            </section>
          </div>
        </>
      )}
    </Card>
  );
}

function Costs({ numbers }: { numbers: RunsOverTime }) {
  if (numbers.series.length > 0) return <CostChart numbers={numbers} />;
  return (
    <div className="grid h-[236px] place-items-center px-6 text-center text-sm text-pretty text-muted">
      Nothing was spent. The demo model is free; with a model provider of your own, what each workflow costs is drawn
      here.
    </div>
  );
}

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="px-4 py-3">
      <dt className="text-xs text-subtle">{name}</dt>
      <dd className="text-lg font-semibold tabular-nums">
        {children ?? <Skeleton className="mt-1 h-5 w-12 rounded-md" />}
      </dd>
    </div>
  );
}

/** As high as a chart, so that nothing moves when it comes. */
function Waiting() {
  return <div aria-hidden className="h-[236px]" />;
}
