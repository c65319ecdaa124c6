import { expect, test } from "vitest";
import { createCron } from "../adapters/cron/cron.ts";
import { dueFires } from "./due-fires.ts";

const cron = createCron();
const at = (text: string): number => Date.parse(text);
const hourly = { cron: "0 * * * *", timeZone: "UTC", catchUp: "latest", catchUpMost: 3 } as const;
const dueAt = at("2026-03-01T01:00Z");

test("what is due now fires once, whatever the policy", () => {
  for (const catchUp of ["skip", "latest", "all"] as const) {
    for (const now of [dueAt, dueAt + 900, dueAt + 59_000]) {
      expect(dueFires(cron, { ...hourly, catchUp }, { dueAt, now })).toEqual({
        fires: [dueAt],
        skipped: null,
        next: at("2026-03-01T02:00Z"),
      });
    }
  }
});

test("after five hours of silence each policy does what it says, and tells what it left out", () => {
  const now = at("2026-03-01T05:30Z");
  const skipped = dueFires(cron, { ...hourly, catchUp: "skip" }, { dueAt, now });
  expect(skipped.fires).toEqual([]);
  expect(skipped.skipped).toEqual({ count: 5, from: dueAt, to: at("2026-03-01T05:00Z") });
  const latest = dueFires(cron, hourly, { dueAt, now });
  expect(latest.fires).toEqual([at("2026-03-01T05:00Z")]);
  expect(latest.skipped).toEqual({ count: 4, from: dueAt, to: at("2026-03-01T04:00Z") });
  const all = dueFires(cron, { ...hourly, catchUp: "all" }, { dueAt, now });
  expect(all.fires).toEqual([at("2026-03-01T03:00Z"), at("2026-03-01T04:00Z"), at("2026-03-01T05:00Z")]);
  expect(all.skipped).toEqual({ count: 2, from: dueAt, to: at("2026-03-01T02:00Z") });
  for (const verdict of [skipped, latest, all]) expect(verdict.next).toBe(at("2026-03-01T06:00Z"));
});

test("one that is due while others were missed fires under every policy", () => {
  const now = at("2026-03-01T05:00:20Z");
  expect(dueFires(cron, { ...hourly, catchUp: "skip" }, { dueAt, now }).fires).toEqual([at("2026-03-01T05:00Z")]);
  expect(dueFires(cron, hourly, { dueAt, now }).fires).toEqual([at("2026-03-01T05:00Z")]);
});

test("walking from moment to moment meets each exactly once, over a whole year with its changes of the clock", () => {
  for (const expression of ["30 2 * * *", "15,45 1-3 * * *", "0 */6 * * *", "0 3 * * SUN"]) {
    const config = { cron: expression, timeZone: "Europe/Berlin", catchUp: "all", catchUpMost: 100 } as const;
    const from = at("2026-01-01T00:00Z");
    const wanted = cron.next(expression, config.timeZone, from, 400);
    const seen: number[] = [];
    let due = wanted[0]!;
    // Looks now and then, irregularly, as a worker under load would.
    for (let now = due; seen.length < 380; now += 3_600_000 * (1 + (seen.length % 29))) {
      if (due > now) continue;
      const verdict = dueFires(cron, config, { dueAt: due, now });
      expect(verdict.skipped).toBeNull();
      seen.push(...verdict.fires);
      due = verdict.next!;
    }
    expect(seen, expression).toEqual(wanted.slice(0, seen.length));
  }
}, 30_000);
