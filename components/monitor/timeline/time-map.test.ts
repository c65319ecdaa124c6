import fc from "fast-check";
import { expect, test } from "vitest";
import { idleStretches, ticksOf, TimeMap } from "./time-map.ts";
import { movedBy, zoomedBy } from "./zoom.ts";

const none: ReadonlySet<number> = new Set();
const span = { from: 1_000, to: 3_601_000 };
/** Half a second of work, an hour of waiting, half a second of work. */
const hour = { gaps: [{ from: 1_500, to: 3_600_500 }], worked: 1_000 };

test("a long wait is folded to a break, and all the rest keeps its proportions", () => {
  const idle = idleStretches(span, hour, none);
  expect(idle).toEqual([{ from: 1_500, to: 3_600_500, key: 1_500, folded: true }]);
  const map = new TimeMap(span, idle);
  const first = map.place(1_500) - map.place(1_000);
  const last = map.place(3_601_000) - map.place(3_600_500);
  expect(first).toBeCloseTo(last, 9);
  expect(first).toBeGreaterThan(0.45);
  expect(map.place(3_600_500) - map.place(1_500)).toBeLessThan(0.05);
});

test("a person opens it again", () => {
  const idle = idleStretches(span, hour, new Set([1_500]));
  expect(idle[0]?.folded).toBe(false);
  expect(new TimeMap(span, idle).place(1_800_000 + 1_000)).toBeCloseTo(0.5, 2);
});

test("short pauses, pauses that are short against the work, and the queue before the start fold nothing", () => {
  expect(idleStretches({ from: 0, to: 1_200 }, { gaps: [{ from: 100, to: 1_200 }], worked: 100 }, none)).toEqual([]);
  expect(
    idleStretches({ from: 0, to: 70_000 }, { gaps: [{ from: 60_000, to: 70_000 }], worked: 60_000 }, none),
  ).toEqual([]);
  expect(idleStretches({ from: 9_000, to: 9_500 }, { gaps: [{ from: 0, to: 9_000 }], worked: 0 }, none)).toEqual([]);
});

const spans = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 10_000_000 }), fc.integer({ min: 0, max: 60_000 })), { maxLength: 12 })
  .map((list) => {
    // Gaps stand one after the other.
    let at = 0;
    return list
      .toSorted(([a], [b]) => a - b)
      .flatMap(([from, length]) => {
        const gap = { from: Math.max(at, from), to: from + length };
        at = Math.max(at, gap.to);
        return gap.to > gap.from ? [gap] : [];
      });
  });

test("time goes to a place and back, always forward, and the axis is full", () => {
  fc.assert(
    fc.property(spans, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }), (list, places) => {
      const whole = { from: 0, to: 10_060_000 };
      const map = new TimeMap(whole, idleStretches(whole, { gaps: list, worked: 0 }, none));
      expect(map.pieces.at(-1)?.end).toBeCloseTo(1, 6);
      expect(map.place(whole.from)).toBe(0);
      const sorted = places.toSorted((a, b) => a - b);
      let before = -Infinity;
      for (const place of sorted) {
        const time = map.time(place);
        expect(time).toBeGreaterThanOrEqual(before);
        before = time;
        expect(map.place(time)).toBeCloseTo(place, 5);
      }
    }),
  );
});

test("ticks stand apart, on round times, never inside a break", () => {
  fc.assert(
    fc.property(spans, fc.integer({ min: 200, max: 2_000 }), (list, width) => {
      const whole = { from: 0, to: 10_060_000 };
      const map = new TimeMap(whole, idleStretches(whole, { gaps: list, worked: 0 }, none));
      const ticks = ticksOf(map, 0, width);
      for (const [index, tick] of ticks.entries()) {
        const before = ticks[index - 1];
        if (before !== undefined) expect((tick.place - before.place) * width).toBeGreaterThanOrEqual(55.9);
        expect(
          map.pieces.some((piece) => piece.idle !== null && tick.since > piece.from && tick.since < piece.to),
        ).toBe(false);
      }
    }),
  );
});

test("zooming keeps what is under the pointer, moving stays inside, and out leads back to all", () => {
  const whole = new TimeMap({ from: 0, to: 1_000 });
  const range = zoomedBy(whole, whole, 4, 0.5);
  expect(range).toEqual({ from: 375, to: 625 });
  const shown = whole.zoomed(range);
  expect(movedBy(whole, shown, 0.5)).toEqual({ from: 500, to: 750 });
  expect(movedBy(whole, shown, 99)).toEqual({ from: 750, to: 1_000 });
  expect(zoomedBy(whole, shown, 1 / 8, 0.5)).toBeNull();
});
