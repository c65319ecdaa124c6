import { Cron as Croner } from "croner";
import type { Cron } from "../../engine/ports/cron.ts";

/**
 * Cron by croner: five fields, so nothing fires more often than each minute. A fixed time that a change to summer time leaves out
 * fires right after the gap, and one that comes twice fires once; `*` and steps follow the clock on the wall.
 */
export function createCron(): Cron {
  return {
    problem(expression, timeZone) {
      if (!isTimeZone(timeZone)) return `there is no time zone "${timeZone}"; use a name such as Europe/Berlin`;
      try {
        if (read(expression, timeZone).nextRun(new Date()) === null) return "it never fires";
      } catch (error) {
        return error instanceof Error ? lower(error.message.replace(/^CronPattern: /, "")) : "it cannot be read";
      }
      return null;
    },
    next: (expression, timeZone, after, count) =>
      read(expression, timeZone)
        .nextRuns(count, new Date(after))
        .map((moment) => moment.getTime()),
    last(expression, timeZone, { after, before }, count) {
      const schedule = read(expression, timeZone);
      const found: number[] = [];
      // One by one: asked for many, it would walk back through years to find them.
      for (let at = before; found.length < count;) {
        const moment = schedule.previousRuns(1, new Date(at))[0]?.getTime();
        if (moment === undefined || moment <= after) break;
        found.push(moment);
        at = moment;
      }
      return found.toReversed();
    },
  };
}

function read(expression: string, timeZone: string): Croner {
  return new Croner(expression, { timezone: timeZone, mode: "5-part", fixedTimeRule: "no-wildcard", paused: true });
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function lower(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
