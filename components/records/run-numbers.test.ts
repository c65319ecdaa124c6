import { expect, test } from "vitest";
import { dayIn, type RunNumbers, runsOverTime } from "./run-numbers.ts";

const row = (day: string, workflow: string | null, more: Partial<RunNumbers> = {}): RunNumbers => ({
  day,
  workflow_id: workflow,
  workflow_name: workflow,
  completed: 0,
  failed: 0,
  cancelled: 0,
  open: 0,
  cost_usd: 0,
  ...more,
});

test("days on which nothing ran are there too, across the end of a month", () => {
  const { days } = runsOverTime([row("2026-03-01", "a", { failed: 2 })], "2026-03-02", 4);
  expect(days.map(({ day, failed }) => [day, failed])).toEqual([
    ["2026-02-27", 0],
    ["2026-02-28", 0],
    ["2026-03-01", 2],
    ["2026-03-02", 0],
  ]);
});

test("series are the dearest first, all others last, and what cost nothing is none", () => {
  const rows = [
    row("2026-03-01", "a", { cost_usd: 1, completed: 1 }),
    row("2026-03-01", null, { cost_usd: 50, completed: 9 }),
    row("2026-03-02", "b", { cost_usd: 3, failed: 1 }),
    row("2026-03-02", "free", { completed: 4 }),
    // Before the time that is asked about.
    row("2026-02-20", "a", { cost_usd: 100 }),
  ];
  const { series, total, days } = runsOverTime(rows, "2026-03-02", 2);
  expect(series.map(({ name }) => name)).toEqual(["b", "a", "Others"]);
  expect(total).toEqual({ completed: 14, failed: 1, cancelled: 0, open: 0, cost: 54 });
  expect(days[0]?.costs).toEqual({ a: 1, others: 50 });
});

test("a day is that of the zone", () => {
  const at = Date.parse("2026-03-01T23:30:00Z");
  expect([dayIn("UTC", at), dayIn("Pacific/Auckland", at)]).toEqual(["2026-03-01", "2026-03-02"]);
});
