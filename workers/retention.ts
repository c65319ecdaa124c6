import type { RetentionStore } from "../engine/ports/retention-store.ts";
import type { Log } from "./log.ts";

export interface RetentionOptions {
  store: RetentionStore;
  /** Days after their end for which runs are kept; undefined keeps them for good. */
  runDays: number | undefined;
  eventDays: number | undefined;
  log: Log;
  everyMs?: number;
}

export interface Retention {
  /** Has the journal's months ready, and forgets all that is old enough. Never throws. */
  round(): Promise<void>;
  close(): Promise<void>;
}

const hourMs = 3_600_000;
/** Things forgotten in one statement: few, because a run takes up to 200,000 events along and nobody is to wait for it. */
const batch = 50;

/** Forgets what is older than its keeper wants and makes room for what comes, once an hour. */
export function startRetention({ store, runDays, eventDays, log, everyMs = hourMs }: RetentionOptions): Retention {
  let closed = false;
  let running: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  const all = async (forget: (days: number, limit: number) => Promise<number>, days?: number): Promise<number> => {
    if (days === undefined) return 0;
    for (let total = 0; ;) {
      const forgotten = closed ? 0 : await forget(days, batch);
      total += forgotten;
      if (forgotten < batch) return total;
    }
  };
  // A month without a part is journalled all the same, in the part for the rest: nothing fails for want of this.
  const openMonths = async (): Promise<void> => {
    const opened = await store.openMonths();
    if (opened > 0) log.info({ opened }, "parts of the journal are ready for the months that come");
  };
  const round = async (): Promise<void> => {
    try {
      await openMonths();
      if (runDays !== undefined) await store.closeMonths(runDays);
      const runs = await all(store.forgetRuns, runDays);
      const events = await all(store.forgetEvents, eventDays);
      if (runs + events > 0) log.info({ runs, events }, "forgot what was old enough");
    } catch (error) {
      log.warn({ error: String(error) }, "what is old could not be forgotten; it is tried again in an hour");
    }
  };
  const next = (): void => {
    if (closed) return;
    // Not on the hour: many workers of many deployments start at the same moment.
    timer = setTimeout(
      () => {
        running = round().finally(next);
      },
      everyMs * (0.75 + Math.random() * 0.5),
    );
  };
  running = openMonths()
    .catch((error: unknown) =>
      log.warn({ error: String(error) }, "parts of the journal could not be made; it is tried again in an hour"),
    )
    .finally(next);
  return {
    round,
    async close() {
      closed = true;
      clearTimeout(timer);
      await running;
    },
  };
}
