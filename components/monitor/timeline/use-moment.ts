"use client";

import { isRunEnded } from "../../../engine/run/status.ts";
import { useNow } from "../../ui/clock.ts";
import { useShown } from "../screen/use-screen.tsx";

/** The moment that is looked at, in epoch ms: now while the run goes on, its end, or the past that somebody went back to. */
export function useMoment(): { now: number; live: boolean } {
  const at = useShown((state) => state.at);
  const past = useShown((state) => (state.at === null ? null : (state.events.at(-1)?.at ?? null)));
  const end = useShown(({ view }) => (isRunEnded(view.status) ? view.endedAt : null));
  const started = useShown(({ view }) => view.startedAt ?? view.queuedAt ?? 0);
  const live = at === null && end === null;
  const now = useNow(live ? "live" : "still");
  return { now: live ? Math.max(now, started) : (past ?? end ?? started), live };
}
