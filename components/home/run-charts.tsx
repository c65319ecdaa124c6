"use client";

import { Bar, BarChart, CartesianGrid, Tooltip, XAxis, YAxis, ResponsiveContainer } from "recharts";
import type { DayOfRuns, RunsOverTime, Series } from "../records/run-numbers.ts";
import { moneyWords } from "../ui/time-words.ts";

const height = 176;
const results = [
  { key: "completed", name: "Completed", color: "var(--completed)" },
  { key: "failed", name: "Failed", color: "var(--failed)" },
  { key: "cancelled", name: "Cancelled", color: "var(--cancelled)" },
  { key: "open", name: "Not over yet", color: "var(--running)" },
] as const;

/** One colour in steps: workflows are told by the legend and never mistaken for states. */
const shares = [100, 70, 46, 28, 18];

function costColor(index: number, series: Series): string {
  if (series.key === "others") return "var(--line-strong)";
  return `color-mix(in oklch, var(--accent) ${shares[index] ?? 12}%, var(--surface))`;
}

interface Drawn {
  key: string;
  name: string;
  color: string;
  value(day: DayOfRuns): number;
}

/** Runs a day, by how they came out. */
export function RunsChart({ numbers }: { numbers: RunsOverTime }) {
  const drawn = results.map(({ key, name, color }): Drawn => ({ key, name, color, value: (day) => day[key] }));
  return <DayChart label="Runs by day and result" days={numbers.days} drawn={drawn} words={String} whole />;
}

/** Cost a day, by workflow. */
export function CostChart({ numbers }: { numbers: RunsOverTime }) {
  const drawn = numbers.series.map((series, index): Drawn => ({
    key: series.key,
    name: series.name,
    color: costColor(index, series),
    value: (day) => day.costs[series.key] ?? 0,
  }));
  return <DayChart label="Cost by day and workflow" days={numbers.days} drawn={drawn} words={moneyWords} />;
}

interface DayChartProps {
  label: string;
  days: readonly DayOfRuns[];
  drawn: readonly Drawn[];
  words(value: number): string;
  /** Values are counts: no gridline between two of them. */
  whole?: boolean;
}

function DayChart({ label, days, drawn, words, whole = false }: DayChartProps) {
  const shown = drawn.filter((each) => days.some((day) => each.value(day) > 0));
  const tick = { fill: "var(--subtle)", fontSize: 11 };
  return (
    <figure className="m-0 grid gap-2 p-4 pt-3">
      <div aria-hidden style={{ height }}>
        <ResponsiveContainer width="100%" height={height} initialDimension={{ width: 400, height }}>
          <BarChart
            data={[...days]}
            margin={{ top: 4, right: 0, bottom: 0, left: 0 }}
            accessibilityLayer={false}
            barCategoryGap="24%"
          >
            <CartesianGrid vertical={false} stroke="var(--line)" />
            <XAxis
              dataKey="day"
              tickFormatter={dayWords}
              tick={tick}
              tickLine={false}
              axisLine={false}
              interval="preserveStartEnd"
              minTickGap={24}
            />
            <YAxis
              width={44}
              tick={tick}
              tickLine={false}
              axisLine={false}
              allowDecimals={!whole}
              tickFormatter={words}
              tickCount={4}
            />
            <Tooltip
              cursor={{ fill: "var(--hover)" }}
              isAnimationActive={false}
              content={<DayTip drawn={shown} words={words} />}
            />
            {shown.map((each) => (
              <Bar
                key={each.key}
                name={each.name}
                dataKey={(day: DayOfRuns) => each.value(day)}
                stackId="day"
                fill={each.color}
                isAnimationActive={false}
                maxBarSize={28}
              />
            ))}
          </BarChart>
        </ResponsiveContainer>
      </div>
      <figcaption>
        <ul className="flex flex-wrap gap-x-3 gap-y-1 text-xs text-muted" aria-label={label}>
          {shown.map((each) => (
            <li key={each.key} className="flex min-w-0 items-center gap-1.5">
              <Swatch color={each.color} />
              <span className="max-w-40 truncate">{each.name}</span>
              <span className="figures text-subtle">{words(days.reduce((sum, day) => sum + each.value(day), 0))}</span>
            </li>
          ))}
        </ul>
        <DayTable label={label} days={days} drawn={shown} words={words} />
      </figcaption>
    </figure>
  );
}

/** The same for those who do not see the drawing. */
function DayTable({ label, days, drawn, words }: DayChartProps) {
  return (
    <table className="sr-only">
      <caption>{label}</caption>
      <thead>
        <tr>
          <th scope="col">Day</th>
          {drawn.map((each) => (
            <th key={each.key} scope="col">
              {each.name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {days.map((day) => (
          <tr key={day.day}>
            <th scope="row">{day.day}</th>
            {drawn.map((each) => (
              <td key={each.key}>{words(each.value(day))}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface DayTipProps extends Pick<DayChartProps, "drawn" | "words"> {
  /** Given by the chart. */
  active?: boolean;
  payload?: readonly { payload?: DayOfRuns }[];
}

function DayTip({ active = false, payload, drawn, words }: DayTipProps) {
  const day = payload?.[0]?.payload;
  if (!active || day === undefined) return null;
  return (
    <div className="grid min-w-40 gap-1 rounded-lg border bg-raised p-2.5 text-xs shadow-raised">
      <p className="font-medium">{dayWords(day.day)}</p>
      {drawn
        .filter((each) => each.value(day) > 0)
        .toReversed()
        .map((each) => (
          <p key={each.key} className="flex items-center gap-1.5">
            <Swatch color={each.color} />
            <span className="max-w-48 flex-1 truncate text-muted">{each.name}</span>
            <span className="figures">{words(each.value(day))}</span>
          </p>
        ))}
      {drawn.every((each) => each.value(day) === 0) && <p className="text-muted">Nothing ran.</p>}
    </div>
  );
}

function Swatch({ color }: { color: string }) {
  return <span aria-hidden className="size-2 shrink-0 rounded-[2px]" style={{ background: color }} />;
}

function dayWords(day: string): string {
  return new Date(`${day}T12:00:00Z`).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
}
