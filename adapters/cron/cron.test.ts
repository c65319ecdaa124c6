import { expect, test } from "vitest";
import { createCron } from "./cron.ts";

const cron = createCron();
const at = (text: string): number => Date.parse(text);
const shown = (moments: number[]): string[] =>
  moments.map((one) => new Date(one).toISOString().replace(":00.000Z", "Z"));

test("a time of day stays that time of day over both changes of the clock", () => {
  // Berlin: summer time from 29 March 2026, 02:00, to 25 October 2026, 03:00.
  expect(shown(cron.next("0 9 * * *", "Europe/Berlin", at("2026-03-28T00:00Z"), 3))).toEqual([
    "2026-03-28T08:00Z",
    "2026-03-29T07:00Z",
    "2026-03-30T07:00Z",
  ]);
  expect(shown(cron.next("0 9 * * *", "Europe/Berlin", at("2026-10-24T00:00Z"), 3))).toEqual([
    "2026-10-24T07:00Z",
    "2026-10-25T08:00Z",
    "2026-10-26T08:00Z",
  ]);
});

test("half past two fires once a day, also when there is none or two of it", () => {
  expect(shown(cron.next("30 2 * * *", "Europe/Berlin", at("2026-03-28T12:00Z"), 2))).toEqual([
    "2026-03-29T01:00Z", // 03:00, right after the gap
    "2026-03-30T00:30Z",
  ]);
  expect(shown(cron.next("30 2 * * *", "Europe/Berlin", at("2026-10-24T12:00Z"), 2))).toEqual([
    "2026-10-25T00:30Z", // the first of the two
    "2026-10-26T01:30Z",
  ]);
});

test("every half hour goes on every half hour, whatever the clock does", () => {
  const autumn = cron.next("*/30 * * * *", "Europe/Berlin", at("2026-10-24T22:59Z"), 10);
  for (const [index, moment] of autumn.entries()) if (index > 0) expect(moment - autumn[index - 1]!).toBe(1_800_000);
  const spring = cron.next("*/30 * * * *", "Europe/Berlin", at("2026-03-28T23:59Z"), 10);
  for (const [index, moment] of spring.entries()) if (index > 0) expect(moment - spring[index - 1]!).toBe(1_800_000);
});

test("leap days, last days and days that are named", () => {
  expect(shown(cron.next("0 0 29 2 *", "UTC", at("2026-01-01T00:00Z"), 2))).toEqual([
    "2028-02-29T00:00Z",
    "2032-02-29T00:00Z",
  ]);
  expect(shown(cron.next("0 12 L * *", "UTC", at("2026-02-01T00:00Z"), 2))).toEqual([
    "2026-02-28T12:00Z",
    "2026-03-31T12:00Z",
  ]);
  expect(shown(cron.next("0 8 * * MON-FRI", "UTC", at("2026-03-06T09:00Z"), 1))).toEqual(["2026-03-09T08:00Z"]);
});

test("the moments before, the newest last, and none outside the range", () => {
  const range = { after: at("2026-03-01T00:00Z"), before: at("2026-03-01T05:30Z") };
  expect(shown(cron.last("0 * * * *", "UTC", range, 3))).toEqual([
    "2026-03-01T03:00Z",
    "2026-03-01T04:00Z",
    "2026-03-01T05:00Z",
  ]);
  expect(shown(cron.last("0 * * * *", "UTC", { ...range, after: at("2026-03-01T03:30Z") }, 10))).toEqual([
    "2026-03-01T04:00Z",
    "2026-03-01T05:00Z",
  ]);
});

test("what is no schedule is told why", () => {
  expect(cron.problem("0 9 * * *", "Europe/Berlin")).toBeNull();
  expect(cron.problem("0 9 * * *", "Europe/Atlantis")).toMatch(/no time zone/);
  expect(cron.problem("* * * * * *", "UTC")).not.toBeNull();
  expect(cron.problem("0 0 31 2 *", "UTC")).toBe("it never fires");
  for (const nonsense of ["", "every day", "61 * * * *", "* * * *", "<script>"]) {
    expect(cron.problem(nonsense, "UTC"), nonsense).not.toBeNull();
  }
});
