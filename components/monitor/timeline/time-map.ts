import { leastIdleMs } from "../screen/work-log.ts";

/** Epoch ms. */
export interface TimeSpan {
  from: number;
  to: number;
}

/** A stretch in which nothing worked, drawn as a break of this width instead of its length. */
export interface IdleStretch extends TimeSpan {
  folded: boolean;
  /** Names it, also where a zoom cuts it. */
  key: number;
}

/** Part of the axis: `start` and `end` are fractions of the whole. */
interface Piece extends TimeSpan {
  start: number;
  end: number;
  idle: IdleStretch | null;
}

/** A break takes this part of the axis, so that it can be read and hit. */
const breakWidth = 0.035;
/** An idle stretch is folded when it is longer than this part of all the time in which something worked. */
const longAgainst = 0.4;

/** The axis of the timeline: time in, place out (0 to 1), and back. Straight, but for what is folded. */
export class TimeMap {
  readonly span: TimeSpan;
  readonly pieces: readonly Piece[];

  constructor(span: TimeSpan, idle: readonly IdleStretch[] = []) {
    this.span = span;
    this.pieces = piecesOf(span, idle);
  }

  /** Where an instant stands; outside of the span below 0 or above 1. */
  place(at: number): number {
    const piece = this.pieces.find((each) => at <= each.to) ?? this.pieces.at(-1);
    if (piece === undefined) return 0;
    const length = piece.to - piece.from;
    return piece.start + ((at - piece.from) / (length === 0 ? 1 : length)) * (piece.end - piece.start);
  }

  /** The instant at a place. */
  time(place: number): number {
    const piece = this.pieces.find((each) => place <= each.end) ?? this.pieces.at(-1);
    if (piece === undefined) return this.span.from;
    const width = piece.end - piece.start;
    return piece.from + ((place - piece.start) / (width === 0 ? 1 : width)) * (piece.to - piece.from);
  }

  /** A part of this axis, with the same stretches folded. */
  zoomed(range: TimeSpan | null): TimeMap {
    if (range === null) return this;
    const idle = this.pieces.flatMap((piece) => (piece.idle === null ? [] : [piece.idle]));
    return new TimeMap(range, idle);
  }
}

function piecesOf(span: TimeSpan, idle: readonly IdleStretch[]): Piece[] {
  const folded = idle
    .filter((each) => each.folded && each.to > span.from && each.from < span.to)
    // One that is cut by the edge is drawn as far as it reaches into the span.
    .map((each) => ({ ...each, from: Math.max(each.from, span.from), to: Math.min(each.to, span.to) }));
  const working = span.to - span.from - folded.reduce((sum, each) => sum + each.to - each.from, 0);
  // When all that is in view is one break, it fills the axis.
  const breaks = working <= 0 ? 1 / Math.max(1, folded.length) : Math.min(breakWidth, 0.5 / Math.max(1, folded.length));
  const scale = working <= 0 ? 0 : (1 - breaks * folded.length) / working;
  const pieces: Piece[] = [];
  let at = span.from;
  let place = 0;
  const add = (to: number, width: number, idleHere: IdleStretch | null): void => {
    if (to <= at && idleHere === null) return;
    pieces.push({ from: at, to, start: place, end: place + width, idle: idleHere });
    at = to;
    place += width;
  };
  for (const each of folded) {
    add(each.from, (each.from - at) * scale, null);
    add(each.to, breaks, each);
  }
  add(span.to, (span.to - at) * scale, null);
  return pieces;
}

/**
 * The stretches without work that are long against all the work of a run. They are folded, unless a person opened them (`opened` holds
 * their beginnings).
 */
export function idleStretches(
  span: TimeSpan,
  { gaps, worked }: { gaps: readonly TimeSpan[]; worked: number },
  opened: ReadonlySet<number>,
): IdleStretch[] {
  const long = Math.max(leastIdleMs, worked * longAgainst);
  return gaps
    .filter(({ from, to }) => from >= span.from && to - from > long)
    .map(({ from, to }) => ({ from, to, key: from, folded: !opened.has(from) }));
}

const steps = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000,
  900_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 21_600_000, 43_200_000, 86_400_000, 604_800_000,
];

export interface Tick {
  place: number;
  /** Ms since the run began. */
  since: number;
}

/** Round times since `zero` along an axis of so many pixels, none inside a break and none so close that labels touch. */
export function ticksOf(map: TimeMap, zero: number, width: number): Tick[] {
  const open = map.pieces.filter((piece) => piece.idle === null);
  const shown = open.reduce((sum, piece) => sum + piece.to - piece.from, 0);
  const part = open.reduce((sum, piece) => sum + piece.end - piece.start, 0);
  const least = (shown / Math.max(1, width * part)) * 84;
  const step = steps.find((each) => each >= least) ?? steps.at(-1) ?? 1;
  const ticks: Tick[] = [];
  for (const piece of open) {
    const first = Math.ceil((piece.from - zero) / step) * step;
    for (let since = first; since <= piece.to - zero; since += step) {
      const place = map.place(since + zero);
      const last = ticks.at(-1);
      // Its words stand to the right of a tick: they need room before the next one, a break and the edge.
      const room = (piece.end - place) * width;
      if (room >= 40 && (last === undefined || (place - last.place) * width >= 56)) ticks.push({ place, since });
    }
  }
  return ticks;
}
