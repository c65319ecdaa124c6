import type { Clock } from "../../engine/ports/clock.ts";
import type { Pool } from "./pool.ts";

export interface StoreClock extends Clock {
  /** Measures again; never throws. */
  adjust(): Promise<void>;
}

/** Below this the difference is the way to the database, not the clock. */
const ignoredMs = 20;

/**
 * The database's time. Deadlines that one worker writes are read by others and by the database, so a worker whose own clock is wrong
 * must not write them by it. Between two measurements time is told by the steady clock: one that is set, or jumps, changes nothing.
 */
export function createStoreClock(pool: Pool, steady: () => number = () => performance.now()): StoreClock {
  const start = Math.round(Date.now() - steady());
  const own = (): number => start + Math.floor(steady());
  let offset = 0;
  return {
    now: () => own() + offset,
    async adjust() {
      const asked = own();
      const answer = await pool
        .query<{ now: number }>("select (extract(epoch from clock_timestamp()) * 1000)::float8 as now")
        .catch(() => null);
      const now = answer?.rows[0]?.now;
      if (now === undefined) return;
      const difference = Math.round(now - (asked + own()) / 2);
      offset = Math.abs(difference) < ignoredMs ? 0 : difference;
    },
  };
}
