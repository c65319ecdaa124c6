import { scheduleConfigSchema } from "../contracts/api/trigger.ts";
import type { Cron } from "../engine/ports/cron.ts";
import type { ScheduleStore } from "../engine/ports/schedule-store.ts";
import { dueFires } from "./due-fires.ts";
import type { Log } from "./log.ts";

export interface Scheduler {
  /** One round now; resolves when what was due has fired. Never throws. */
  round(): Promise<void>;
  /** Says that something is owed: a round soon, however often it is said. */
  nudge(): void;
  close(): Promise<void>;
}

export interface SchedulerOptions {
  schedules: ScheduleStore;
  cron: Cron;
  /** Does other things that are owed by the clock; true when there may be more of it at once. */
  chores: (() => Promise<boolean>)[];
  log: Log;
  /** Mean time between rounds; each is a little different, so that workers do not march in step. */
  everyMs?: number;
}

/** Schedules taken in one transaction. */
const batch = 50;
/** Rounds without a pause while there is more to do. */
const mostInARow = 20;

/**
 * Fires schedules, and starts what triggers are owed. Any number of workers do this side by side: the database hands each
 * moment and each delivery to one of them, by its own clock.
 */
export function startScheduler({ schedules, cron, chores, log, everyMs = 1_000 }: SchedulerOptions): Scheduler {
  let closed = false;
  let away = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  const fire = async (): Promise<boolean> => {
    const taken = await schedules.fireDue(batch, (due) => {
      const config = scheduleConfigSchema.safeParse(due.config);
      if (config.success) return dueFires(cron, config.data, due);
      // Checked when it was stored: only a product older than the row gets here. It rests until somebody saves it again.
      log.error({ trigger: due.triggerId }, "a schedule is not understood and rests");
      return { fires: [], skipped: null, next: null };
    });
    return taken === batch;
  };

  const once = async (): Promise<boolean> => {
    // In order: what fires now is started in the same round.
    let more = await fire();
    for (const chore of chores) more = (await chore()) || more;
    return more;
  };

  const round = async (): Promise<void> => {
    try {
      for (let turn = 0; turn < mostInARow; turn++) {
        if (closed || !(await once())) break;
      }
      if (away) log.info({}, "schedules fire again");
      away = false;
    } catch (error) {
      if (!away)
        log.warn({ error: String(error) }, "schedules could not be looked at; nothing is lost, they fire later");
      away = true;
    }
  };

  let nudged = false;
  let busy = false;
  const begin = (): void => {
    clearTimeout(timer);
    busy = true;
    nudged = false;
    running = round().finally(() => {
      busy = false;
      if (nudged && !closed) begin();
      else next();
    });
  };
  const next = (): void => {
    if (!closed) timer = setTimeout(begin, everyMs * (0.75 + Math.random() * 0.5));
  };
  next();

  return {
    round,
    nudge() {
      nudged = true;
      if (!busy && !closed) begin();
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await running;
    },
  };
}
