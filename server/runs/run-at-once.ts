import { randomUUID } from "node:crypto";
import { setImmediate as nextPhase } from "node:timers/promises";
import type { RunEvent } from "../../engine/run/event.ts";
import { immediateRun, onlyComputes, type ImmediateRun } from "../../engine/run/immediate.ts";
import type { Plan } from "../../engine/workflow/plan.ts";
import { prepareAtOnce } from "../../nodes/catalog/prepare-steps.ts";
import { createContractCheck } from "./check-contract.ts";
import type { Log } from "../log.ts";

/**
 * How long the process turns a run before it lets other requests on, and in all. A longer run is a worker's. In processor time of
 * this thread: what else the machine does must not decide where runs are turned.
 */
const sliceMs = 4;
const mostMs = 100;
const eventsBetweenLooks = 100;
/** Tries that took too long, in a row, after which a plan is left to workers: code that is not warm yet, or a busy machine, is no reason. */
const mostTries = 3;

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
  /** Tries in a row that came to nothing, by plan; one that proved too long or too large is not tried again. */
  const failed = new WeakMap<Plan, number>();
  const contracts = createContractCheck();

  return {
    async run(plan, runId, queued) {
      const tries = failed.get(plan) ?? (onlyComputes(plan) ? 0 : mostTries);
      failed.set(plan, tries);
      if (tries >= mostTries) return null;
      const run = immediateRun(
        plan,
        runId,
        queued,
        (state, commands) =>
          prepareAtOnce({ plan, state, now: now(), newId: randomUUID, newChildId: noChild, contracts, log }, commands),
        now,
      );
      let spent = 0;
      for (;;) {
        const began = cpuMs();
        let result: ReturnType<ImmediateRun["advance"]>;
        do result = run.advance(eventsBetweenLooks);
        while (result === "more" && cpuMs() - began < sliceMs);
        spent += cpuMs() - began;
        if (result === "ended") {
          failed.set(plan, 0);
          return run;
        }
        if (result === "outside" || spent >= mostMs) {
          failed.set(plan, result === "outside" ? mostTries : tries + 1);
          return null;
        }
        await nextPhase();
      }
    },
  };
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
