"use client";

import { useSyncExternalStore } from "react";

interface Ticker {
  listeners: Set<() => void>;
  timer: ReturnType<typeof setInterval> | null;
}

// One timer per interval for the whole page: a list of a thousand relative times must not own a thousand timers.
const tickers = new Map<number, Ticker>();

function subscribeTo(everyMs: number) {
  return (listener: () => void) => {
    const ticker = tickers.get(everyMs) ?? { listeners: new Set(), timer: null };
    tickers.set(everyMs, ticker);
    ticker.listeners.add(listener);
    ticker.timer ??= setInterval(() => {
      for (const each of ticker.listeners) each();
    }, everyMs);
    return () => {
      ticker.listeners.delete(listener);
      if (ticker.listeners.size === 0 && ticker.timer !== null) {
        clearInterval(ticker.timer);
        ticker.timer = null;
      }
    };
  };
}

const subscribeSecond = subscribeTo(1_000);
const subscribeHalfMinute = subscribeTo(30_000);
const never = () => () => undefined;

/** The time now in epoch ms, to the second (`live`) or the half minute; `still` never re-renders. */
export function useNow(pace: "live" | "slow" | "still"): number {
  const grain = pace === "live" ? 1_000 : 30_000;
  // Rounded up when slow: what has just happened must not read as still to come.
  const round = pace === "slow" ? Math.ceil : Math.floor;
  const read = () => round(Date.now() / grain) * grain;
  return useSyncExternalStore(
    pace === "live" ? subscribeSecond : pace === "slow" ? subscribeHalfMinute : never,
    read,
    read,
  );
}
