import { expect, test } from "vitest";
import { createStoreClock } from "./clock.ts";
import type { Pool } from "./pool.ts";

/** A database whose clock is `ahead` of ours, and whose answers take so many ms on the way there and on the way back. */
function stage(ahead: number, ways: [there: number, back: number][]) {
  let steady = 1_000;
  const ours = Math.round(Date.now() - steady);
  const under = { ahead, steady: () => steady };
  const pool = {
    async query() {
      const [there, back] = ways.shift() ?? [1, 1];
      steady += there;
      const now = ours + steady + under.ahead;
      steady += back;
      return { rows: [{ now }] };
    },
  };
  const clock = createStoreClock(pool as unknown as Pool, under.steady);
  return { clock, under, difference: () => clock.now() - (ours + steady) };
}

test("a first answer that waited for its connection does not move a clock that is right", async () => {
  const { clock, difference } = stage(0, [
    [600, 1],
    [500, 1],
    [400, 1],
  ]);
  await clock.adjust();
  expect(Math.abs(difference())).toBeLessThan(25);
});

test("a clock that is wrong is set by the answer that came soonest, and set back when it is right again", async () => {
  const { clock, under, difference } = stage(3_600_000, [
    [800, 1],
    [2, 2],
    [1, 300],
  ]);
  await clock.adjust();
  expect(Math.abs(difference() - 3_600_000)).toBeLessThan(25);
  under.ahead = 0;
  await clock.adjust();
  expect(Math.abs(difference())).toBeLessThan(25);
});
