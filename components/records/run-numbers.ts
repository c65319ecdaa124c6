import type { SupabaseClient } from "@supabase/supabase-js";
import { z } from "zod";
import { parseRows, shownSchema } from "./rows.ts";

const numbersSchema = z.object({
  day: z.string(),
  workflow_id: z.uuid().nullable(),
  workflow_name: shownSchema.nullable(),
  completed: z.coerce.number(),
  failed: z.coerce.number(),
  cancelled: z.coerce.number(),
  open: z.coerce.number(),
  cost_usd: z.coerce.number(),
});
/** Runs and cost of one workflow on one day; of all that are not named, where `workflow_id` is null. */
export type RunNumbers = z.infer<typeof numbersSchema>;

/** How often runs came out how, and what they cost, by day of the asker's calendar: counted by the database. */
export async function loadRunNumbers(
  client: SupabaseClient,
  organizationId: string,
  days: number,
  zone: string,
): Promise<RunNumbers[]> {
  const answer = await client.rpc("run_numbers", { org: organizationId, days, zone });
  return parseRows("the numbers", numbersSchema, answer);
}

export interface Series {
  /** Key of the day's value. */
  key: string;
  name: string;
}

export interface DayOfRuns {
  day: string;
  completed: number;
  failed: number;
  cancelled: number;
  open: number;
  cost: number;
  /** Cost by series. */
  costs: Record<string, number>;
}

export interface RunsOverTime {
  /** Every day of the time asked for, also those on which nothing ran. */
  days: DayOfRuns[];
  /** Workflows that cost something, the dearest first; all others together last. */
  series: Series[];
  total: Omit<DayOfRuns, "day" | "costs">;
}

const others = "others";

/** Rows of the database as days and series. `today` is the asker's own day, YYYY-MM-DD. */
export function runsOverTime(rows: readonly RunNumbers[], today: string, count: number): RunsOverTime {
  const days = lastDays(today, count).map((day) => ({ day, ...nothing(), costs: {} as Record<string, number> }));
  const byDay = new Map(days.map((day) => [day.day, day]));
  const total = nothing();
  const costOf = new Map<string, { name: string; cost: number }>();
  for (const row of rows) {
    const key = row.workflow_id ?? others;
    const day = byDay.get(row.day);
    if (day === undefined) continue;
    for (const sum of [day, total]) {
      sum.completed += row.completed;
      sum.failed += row.failed;
      sum.cancelled += row.cancelled;
      sum.open += row.open;
      sum.cost += row.cost_usd;
    }
    day.costs[key] = (day.costs[key] ?? 0) + row.cost_usd;
    const before = costOf.get(key)?.cost ?? 0;
    costOf.set(key, { name: row.workflow_name ?? "Others", cost: before + row.cost_usd });
  }
  const series = [...costOf]
    .filter(([, { cost }]) => cost > 0)
    .toSorted(([one, a], [other, b]) => Number(one === others) - Number(other === others) || b.cost - a.cost)
    .map(([key, { name }]) => ({ key, name }));
  return { days, series, total };
}

function nothing() {
  return { completed: 0, failed: 0, cancelled: 0, open: 0, cost: 0 };
}

/** The days up to and with `today`, oldest first. Calendar days, so in UTC, where none is longer than another. */
function lastDays(today: string, count: number): string[] {
  const end = Date.parse(`${today}T00:00:00Z`);
  return Array.from({ length: count }, (_, index) =>
    new Date(end - (count - 1 - index) * 86_400_000).toISOString().slice(0, 10),
  );
}

/** The day in a time zone, YYYY-MM-DD. */
export function dayIn(zone: string, now: number): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: zone }).format(now);
}
