"use client";

import { ChevronLeft, ChevronRight, History, Pause, Play } from "lucide-react";
import { useEffect, useState, type KeyboardEvent } from "react";
import { useCommandSource } from "../commands/commands-provider.tsx";
import { classNames } from "../ui/class-names.ts";
import { Button } from "../ui/button.tsx";
import { IconButton } from "../ui/icon-button.tsx";
import { useScreen, useShown } from "./screen/use-screen.tsx";
import { instantWords } from "./timeline/instant-words.ts";
import type { RunFollower } from "./run-store.ts";
import { useRunState } from "./use-run.ts";

const tickMs = 70;
/** Whatever its length, a run is played in about this many ticks. */
const playTicks = 240;

/** Takes the whole page back in time, event by event, and lets the run happen again. */
export function Scrubber({ follower }: { follower: RunFollower }) {
  const screen = useScreen();
  const at = useShown((state) => state.at);
  const last = useShown((state) => state.events.at(-1));
  const count = useRunState(follower, (state) => state.events.length);
  const [playing, setPlaying] = useState(false);
  const place = at ?? count;

  useEffect(() => {
    if (!playing) return;
    const timer = setInterval(() => {
      const now = screen.store.getState().at;
      const end = follower.store.getState().events.length;
      const next = (now ?? 0) + Math.max(1, Math.ceil(end / playTicks));
      if (now !== null && next >= end) {
        setPlaying(false);
        screen.seek(null);
      } else screen.seek(next);
    }, tickMs);
    return () => clearInterval(timer);
  }, [playing, screen, follower]);

  function go(seq: number): void {
    setPlaying(false);
    const to = Math.max(1, Math.min(count, seq));
    screen.seek(to >= count ? null : to);
  }
  function keys(event: KeyboardEvent): void {
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -25, PageUp: 25 }[event.key];
    if (by !== undefined) go(place + by);
    else if (event.key === "Home") go(1);
    else if (event.key === "End") go(count);
    else return;
    event.preventDefault();
  }

  function play(): void {
    if (!playing && at === null) screen.seek(1);
    setPlaying(!playing);
  }
  useScrubberKeys({ count, place, playing, past: at !== null, go, play });

  if (count === 0) return null;
  return (
    <div
      role="group"
      aria-label="Scrubber"
      className={classNames("flex h-10 shrink-0 items-center gap-1 border-t px-3", at !== null && "bg-selected")}
    >
      <IconButton
        label="One event back"
        icon={<ChevronLeft aria-hidden />}
        disabled={place <= 1}
        onClick={() => go(place - 1)}
      />
      <IconButton
        label={playing ? "Stop playing" : "Play the run again"}
        icon={playing ? <Pause aria-hidden /> : <Play aria-hidden />}
        onClick={play}
      />
      <IconButton
        label="One event on"
        icon={<ChevronRight aria-hidden />}
        disabled={at === null}
        onClick={() => go(place + 1)}
      />
      <input
        type="range"
        aria-label="Event that is looked at"
        aria-valuetext={`Event ${place} of ${count}`}
        min={1}
        max={count}
        value={place}
        onChange={(event) => go(event.currentTarget.valueAsNumber)}
        onKeyDown={keys}
        className="mx-2 h-1 min-w-16 flex-1 accent-accent"
      />
      <span className="figures hidden shrink-0 text-right text-muted sm:inline">
        {at === null ? (
          `${count.toLocaleString("en")} events`
        ) : (
          <>
            {last === undefined ? "" : `${instantWords(last.at)} · `}
            {at.toLocaleString("en")} of {count.toLocaleString("en")}
            <span className="hidden text-subtle xl:inline"> · {last?.type}</span>
          </>
        )}
      </span>
      {at !== null && (
        <Button tone="primary" className="ml-2" onClick={() => go(count)}>
          <History aria-hidden /> Back to now
        </Button>
      )}
    </div>
  );
}

interface ScrubberKeys {
  count: number;
  place: number;
  playing: boolean;
  /** The page shows what was. */
  past: boolean;
  go(seq: number): void;
  play(): void;
}

function useScrubberKeys({ count, place, playing, past, go, play }: ScrubberKeys): void {
  const group = "Back in time";
  const offered = (): boolean => count > 0;
  useCommandSource({
    commands: () => [
      { id: "event-back", title: "One event back", group, keys: [","], offered, run: () => go(place - 1) },
      { id: "event-on", title: "One event on", group, keys: ["."], offered, run: () => go(place + 1) },
      { id: "play", title: playing ? "Stop playing" : "Play the run again", group, keys: ["y"], offered, run: play },
      { id: "to-now", title: "Back to now", group, keys: ["n"], offered: () => past, run: () => go(count) },
    ],
  });
}
