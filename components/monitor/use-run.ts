"use client";

import { useEffect, useState } from "react";
import { useStore } from "zustand";
import { createProjection } from "../../engine/run/projection.ts";
import { compile } from "../../engine/workflow/compile.ts";
import type { Plan } from "../../engine/workflow/plan.ts";
import { catalogue } from "../../nodes/catalog/definitions.ts";
import { useSupabase } from "../supabase-context.tsx";
import { supabaseJournal } from "./journal-source.ts";
import { RunFollower, type RunState } from "./run-store.ts";

/** The plan of a stored version; it compiled when it was published, so a failure means this page is older than the file. */
export function planOf(definition: unknown): Plan | null {
  const result = compile(definition, catalogue);
  return result.ok ? result.plan : null;
}

/** Follows a run while the component stands. */
export function useRunFollower(runId: string, plan: Plan): RunFollower {
  const supabase = useSupabase();
  const [follower] = useState(
    () =>
      new RunFollower({
        plan,
        projection: createProjection(plan, runId),
        source: supabaseJournal(supabase, runId),
        nextFrame: (draw) => requestAnimationFrame(draw),
        later: (ms, run) => {
          const timer = setTimeout(run, ms);
          return () => clearTimeout(timer);
        },
      }),
  );
  useEffect(() => {
    const stop = follower.start();
    const wake = () => {
      if (document.visibilityState === "visible") follower.wake();
    };
    document.addEventListener("visibilitychange", wake);
    window.addEventListener("online", wake);
    const lost = () => follower.lost();
    window.addEventListener("offline", lost);
    return () => {
      document.removeEventListener("visibilitychange", wake);
      window.removeEventListener("online", wake);
      window.removeEventListener("offline", lost);
      stop();
    };
  }, [follower]);
  return follower;
}

/** One part of a followed run; re-renders when that part changes. */
export function useRunState<Part>(follower: RunFollower, select: (state: RunState) => Part): Part {
  return useStore(follower.store, select);
}
