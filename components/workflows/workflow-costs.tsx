"use client";

import dynamic from "next/dynamic";
import { z } from "zod";
import { workflowNumbersSchema, type WorkflowNumbers } from "../../contracts/api/workflow-numbers.ts";
import { dayIn, runsOverTime, type RunsOverTime } from "../records/run-numbers.ts";
import { useLiveQuery } from "../shell/live-query.ts";
import { useApi } from "../shell/workspace-context.tsx";
import { Card, CardHeader } from "../ui/card.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { moneyWords } from "../ui/time-words.ts";

// The chart is most of what this page would load: it comes after the page stands.
const CostChart = dynamic(async () => (await import("../home/run-charts.tsx")).CostChart, {
  ssr: false,
  loading: () => <Skeleton className="m-4 h-44" />,
});

const answerSchema = z.object(workflowNumbersSchema.shape);
const days = 30;

/** What the workflow's runs cost over the last 30 days. Nothing is drawn for one that costs nothing. */
export function WorkflowCosts({ workflow }: { workflow: { id: string; name: string } }) {
  const api = useApi();
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const query = new URLSearchParams({ days: String(days), timeZone: zone });
  const { value } = useLiveQuery(workflow.id, null, () =>
    api.call("GET", `/workflows/${workflow.id}/numbers?${query}`, answerSchema),
  );
  if (value === null) return <Skeleton aria-hidden className="h-32 rounded-lg" />;
  const { total } = value;
  const runs = total.completed + total.failed + total.cancelled + total.open;
  if (runs === 0) return null;
  return (
    <Card className="min-w-0 overflow-hidden">
      <CardHeader title="Cost" description="The last 30 days" />
      <dl className="grid grid-cols-2 gap-x-4 gap-y-2 px-4 pt-3 sm:grid-cols-4">
        <Figure name="Cost" value={moneyWords(total.costUsd)} />
        <Figure name="A run, on average" value={moneyWords(total.costUsd / runs)} />
        <Figure name="Runs" value={runs.toLocaleString("en")} />
        <Figure name="Failed" value={total.failed.toLocaleString("en")} />
      </dl>
      {total.costUsd > 0 ? (
        <CostChart numbers={overTime(value, workflow, zone)} />
      ) : (
        <p className="px-4 pt-2 pb-3 text-xs text-subtle">
          Nothing was paid: its models have no price, or none was asked.
        </p>
      )}
    </Card>
  );
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt className="text-xs text-subtle">{name}</dt>
      <dd className="text-base tabular-nums">{value}</dd>
    </div>
  );
}

function overTime(numbers: WorkflowNumbers, { id, name }: { id: string; name: string }, zone: string): RunsOverTime {
  const rows = numbers.days.map(({ costUsd, ...day }) => ({
    ...day,
    workflow_id: id,
    workflow_name: name,
    cost_usd: costUsd,
  }));
  return runsOverTime(rows, dayIn(zone, Date.now()), days);
}
