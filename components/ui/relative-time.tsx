"use client";

import { useNow } from "./clock.ts";
import { durationWords, relativeWords } from "./time-words.ts";

function exactWords(instant: number): string {
  return new Date(instant).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
}

interface RelativeTimeProps {
  /** Epoch ms or an ISO text. */
  at: number | string;
  /** Ticks by the second, for what is due within a minute. */
  live?: boolean;
  className?: string;
}

/** How long ago or how soon; the exact time, in the reader's own zone, on hover. */
export function RelativeTime({ at, live = false, className }: RelativeTimeProps) {
  const now = useNow(live ? "live" : "slow");
  const instant = typeof at === "number" ? at : Date.parse(at);
  return (
    <time
      dateTime={new Date(instant).toISOString()}
      className={className}
      suppressHydrationWarning
      // Written when it is asked for: the reader's zone is known only in the browser, and a list has a thousand of these.
      onPointerEnter={(event) => {
        event.currentTarget.title = exactWords(instant);
      }}
    >
      {live && instant > now && instant - now < 60_000
        ? `in ${Math.ceil((instant - now) / 1_000)} s`
        : relativeWords(instant, now)}
    </time>
  );
}

interface DurationProps {
  /** Epoch ms. */
  from: number;
  /** Epoch ms; null while it goes on, then the figure ticks. */
  to: number | null;
  className?: string;
}

/** How long something took, or has been taking. */
export function Duration({ from, to, className }: DurationProps) {
  const now = useNow(to === null ? "live" : "still");
  const length = (to ?? Math.max(now, from)) - from;
  return (
    <span className={className} suppressHydrationWarning>
      {to === null && length < 60_000 ? `${Math.floor(length / 1_000)} s` : durationWords(length)}
    </span>
  );
}
