import { randomUUID } from "node:crypto";
import { setImmediate as nextPhase } from "node:timers/promises";
import type { RunEvent } from "../../engine/run/event.ts";
import { immediateRun, onlyComputes, type ImmediateRun } from "../../engine/run/immediate.ts";
import type { Plan } from "../../engine/workflow/plan.ts";
import { prepareAtOnce } from "../../nodes/catalog/prepare-steps.ts";
import type { Log } from "../log.ts";

/** How long the process turns a run before it lets other requests on, and in all. A longer run is a worker's. */
const sliceMs = 4;
const mostMs = 40;
const eventsBetweenLooks = 100;

/** A run that calls another one does not only compute, so this is never asked. */
function noChild(): never {
  throw new TypeError("A run that ends at once calls no other.");
}

/** Decides which runs end where they arrive: those that only compute, and not for long. */
export interface AtOnce {
  /** The whole run, when it ended here. Null: a worker is to do it, and nothing of it has happened yet. */
  run(plan: Plan, runId: string, queued: RunEvent): Promise<ImmediateRun | null>;
}

export function createAtOnce(now: () => number, log: Log): AtOnce {
  /** Plans by whether trying is worth it; one that proved too long or too large is not tried again. */
  const worth = new WeakMap<Plan, boolean>();

  return {
    async run(plan, runId, queued) {
      if (!(worth.get(plan) ?? onlyComputes(plan))) return null;
      const run = immediateRun(
        plan,
        runId,
        queued,
        (state, commands) =>
          prepareAtOnce({ plan, state, now: now(), newId: randomUUID, newChildId: noChild, log }, commands),
        now,
      );
      let spent = 0;
      for (;;) {
        const began = performance.now();
        let result: ReturnType<ImmediateRun["advance"]>;
        do result = run.advance(eventsBetweenLooks);
        while (result === "more" && performance.now() - began < sliceMs);
        spent += performance.now() - began;
        worth.set(plan, result === "ended" || (result === "more" && spent < mostMs));
        if (result === "ended") return run;
        if (result === "outside" || spent >= mostMs) return null;
        await nextPhase();
      }
    },
  };
}
