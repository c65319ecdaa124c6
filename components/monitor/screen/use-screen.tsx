"use client";

import { createContext, useContext, useEffect, useState, type ReactNode } from "react";
import { useStore } from "zustand";
import type { Plan } from "../../../engine/workflow/plan.ts";
import type { RunFollower } from "../run-store.ts";
import { readAddress, writeAddress } from "./address.ts";
import { RunScreen, type ScreenState } from "./screen-store.ts";

const Context = createContext<RunScreen | null>(null);

export function ScreenProvider({ screen, children }: { screen: RunScreen; children: ReactNode }) {
  return <Context value={screen}>{children}</Context>;
}

/** The page's one state, kept in the address as far as a link to it should say. */
export function useRunScreen(plan: Plan, follower: RunFollower): RunScreen {
  const [screen] = useState(
    () =>
      new RunScreen(
        {
          plan,
          follower,
          nextFrame: (work) => requestAnimationFrame(work),
        },
        readAddress(typeof location === "undefined" ? "" : location.search),
      ),
  );
  useEffect(() => screen.start(), [screen]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    const stop = screen.store.subscribe((now, before) => {
      if (now.at === before.at && now.chosen === before.chosen) return;
      // Written when the scrubber rests: each change of the address makes the router draw, and browsers refuse some hundred in a while.
      if (timer !== null) clearTimeout(timer);
      timer = setTimeout(() => writeAddress(screen.store.getState()), 300);
    });
    return () => {
      stop();
      if (timer !== null) clearTimeout(timer);
    };
  }, [screen]);
  return screen;
}

export function useScreen(): RunScreen {
  const screen = useContext(Context);
  if (screen === null) throw new Error("useScreen needs a ScreenProvider above it.");
  return screen;
}

/** A part of what the page shows; draws again when that part changes. */
export function useShown<Part>(select: (state: ScreenState) => Part): Part {
  return useStore(useScreen().store, select);
}
