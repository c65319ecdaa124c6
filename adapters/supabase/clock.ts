import type { Clock } from "../../engine/ports/clock.ts";
import type { Pool } from "./pool.ts";

export interface StoreClock extends Clock {
  /** Measures again; never throws. */
  adjust(): Promise<void>;
}

/** Below this the difference is the way to the database, not the clock. */
const ignoredMs = 20;
/** Of so many questions the one that was answered soonest counts: the first may wait for a connection, or for a busy machine. */
const questions = 3;

/**
 * The database's time. Deadlines that one worker writes are read by others and by the database, so a worker whose own clock is wrong
 * must not write them by it. Between two measurements time is told by the steady clock: one that is set, or jumps, changes nothing.
 */
export function createStoreClock(pool: Pool, steady: () => number = () => performance.now()): StoreClock {
  // The machine's clock shows the milliseconds that are over: half of one more has passed in the mean.
  const start = Date.now() + 0.5 - steady();
  const own = (): number => Math.floor(start + steady());
  let offset = 0;

  /** Between which two values the difference to the database's clock lies; null when it does not answer. */
  const measure = async (): Promise<{ least: number; most: number } | null> => {
    const asked = own();
    const answer = await pool
      .query<{ now: number }>("select (extract(epoch from clock_timestamp()) * 1000)::float8 as now")
      .catch(() => null);
    const now = answer?.rows[0]?.now;
    return now === undefined ? null : { least: now - own(), most: now - asked };
  };

  return {
    now: () => own() + offset,
    async adjust() {
      let best: { least: number; most: number } | null = null;
      for (let question = 0; question < questions; question++) {
        const measured = await measure();
        if (measured === null) break;
        if (best === null || measured.most - measured.least < best.most - best.least) best = measured;
      }
      // What fits the answer needs no correction, however long the answer took.
      if (best === null || (best.least - ignoredMs < offset && offset < best.most + ignoredMs)) return;
      offset = Math.round((best.least + best.most) / 2);
    },
  };
}
