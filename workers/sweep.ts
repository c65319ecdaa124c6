import type { RunSweep } from "../engine/ports/run-sweep.ts";
import type { Drainer } from "./drain-run.ts";
import type { Log } from "./log.ts";
import { signalInput } from "./signal-input.ts";

export interface Sweeper {
  /** One round; resolves when everything found was handed over. Never throws. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

export interface SweepOptions {
  sweep: RunSweep;
  drainer: Drainer;
  log: Log;
  /** Mean time between rounds; each is a little different, so that workers do not march in step. */
  everyMs?: number;
}

/** A signal that its announcement did not bring home within this is delivered by the sweep. */
const signalAgeMs = 2_000;
/** A run without an append for this long is looked at: longer than a lease, so that a dead drainer's has ended. */
const idleMs = 5_000;
const limit = 500;
/** Runs recovered side by side: folding journals is work, and new runs must not wait for it. */
const recoverAtOnce = 20;

/**
 * Finds what nobody was told of, or whose worker died: due timers, deadlines, decisions, runs that stand still. Any number of
 * workers may sweep; the store hands each thing to one of them.
 */
export function startSweeper({ sweep, drainer, log, everyMs = 2_000 }: SweepOptions): Sweeper {
  let closed = false;
  let round: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let away = false;

  const timers = async (): Promise<void> => {
    const due = await sweep.dueTimers(limit);
    await Promise.all(due.map(({ runId, key }) => drainer.deliver(runId, { type: "timer", key })));
  };

  const signals = async (): Promise<void> => {
    const expired = await sweep.expireApprovals(limit);
    // What this very round wrote is delivered at once, the rest when its announcement must have been lost.
    const unapplied = await sweep.unappliedSignals(expired.length > 0 ? 0 : signalAgeMs, limit);
    await Promise.all(
      unapplied.map(async ({ id, runId, kind, payload }) => {
        const input = signalInput(kind, payload);
        if (input === null) log.error({ runId, signal: id, kind }, "a signal has a payload that is not understood");
        else await drainer.deliver(runId, input, { signal: id });
      }),
    );
  };

  const idle = async (): Promise<void> => {
    const runs = await sweep.idleRuns(idleMs, limit);
    const next = runs.values();
    const recover = async (): Promise<void> => {
      for (const { runId } of next) {
        await drainer.wake(runId, { recover: true }).catch((error: unknown) => {
          log.warn({ runId, error: String(error) }, "an idle run could not be looked at");
        });
      }
    };
    await Promise.all(Array.from({ length: recoverAtOnce }, recover));
  };

  const sweepOnce = async (): Promise<void> => {
    const results = await Promise.allSettled([timers(), signals(), idle()]);
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined && !away) log.warn({ error: String(failed.reason) }, "the sweep could not do its round");
    if (failed === undefined && away) log.info({}, "the sweep works again");
    away = failed !== undefined;
  };

  const schedule = (): void => {
    if (closed) return;
    timer = setTimeout(
      () => {
        round = sweepOnce().finally(schedule);
      },
      everyMs * (0.75 + Math.random() * 0.5),
    );
  };
  schedule();

  return {
    sweep: sweepOnce,
    async close() {
      closed = true;
      clearTimeout(timer);
      await round;
    },
  };
}
