import type { TimeMap, TimeSpan } from "./time-map.ts";

const leastMs = 2;

/**
 * The part of the axis to show when zooming by `factor` (over 1 shows less) around a place of what is shown; null for all of it.
 * `whole` is the axis without zoom, `shown` what is drawn now.
 */
export function zoomedBy(whole: TimeMap, shown: TimeMap, factor: number, around: number): TimeSpan | null {
  const left = whole.place(shown.time(0));
  const right = whole.place(shown.time(1));
  const fixed = left + (right - left) * around;
  const width = (right - left) / factor;
  return rangeOf(whole, fixed - width * around, width);
}

/** The same width moved by a part of itself. */
export function movedBy(whole: TimeMap, shown: TimeMap, part: number): TimeSpan | null {
  const left = whole.place(shown.time(0));
  const width = whole.place(shown.time(1)) - left;
  return rangeOf(whole, left + width * part, width);
}

function rangeOf(whole: TimeMap, left: number, width: number): TimeSpan | null {
  if (width >= 0.999) return null;
  const start = Math.min(Math.max(0, left), 1 - width);
  const from = whole.time(start);
  const to = whole.time(start + width);
  return to - from < leastMs ? { from, to: from + leastMs } : { from, to };
}
