import { expect, test, vi } from "vitest";
import type { RetentionStore } from "../engine/ports/retention-store.ts";
import { startRetention } from "./retention.ts";

function stage(runs: number, events: number) {
  const left = { runs, events };
  const asked: string[] = [];
  const take = (what: "runs" | "events") => async (days: number, limit: number) => {
    asked.push(`${what} ${days}`);
    const taken = Math.min(limit, left[what]);
    left[what] -= taken;
    return taken;
  };
  const store: RetentionStore = {
    openMonths: async () => {
      asked.push("open");
      return 0;
    },
    closeMonths: async (days) => {
      asked.push(`close ${days}`);
    },
    forgetRuns: take("runs"),
    forgetEvents: take("events"),
  };
  const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  return { store, log, left, asked };
}

test("all that is old goes, a few at a time", async () => {
  const { store, log, left, asked } = stage(120, 3);
  const retention = startRetention({ store, log, runDays: 30, eventDays: 7 });
  await retention.round();
  await retention.close();
  expect(left).toEqual({ runs: 0, events: 0 });
  expect(asked).toEqual(["open", "open", "close 30", "runs 30", "runs 30", "runs 30", "events 7"]);
});

test("without a number of days everything stays, and the journal has its months all the same", async () => {
  const { store, log, asked } = stage(120, 3);
  const retention = startRetention({ store, log, runDays: undefined, eventDays: undefined });
  await retention.round();
  await retention.close();
  expect(asked).toEqual(["open", "open"]);
});

test("it begins by itself, and a database that is away is told and tried again", async () => {
  const { store, log, left } = stage(1, 0);
  let away = true;
  const forgetRuns = async (days: number, limit: number): Promise<number> => {
    if (!away) return store.forgetRuns(days, limit);
    away = false;
    throw new Error("away");
  };
  const retention = startRetention({ store: { ...store, forgetRuns }, log, runDays: 1, eventDays: 1, everyMs: 5 });
  await vi.waitFor(() => expect(left.runs).toBe(0));
  await retention.close();
  expect(log.warn).toHaveBeenCalledTimes(1);
});
