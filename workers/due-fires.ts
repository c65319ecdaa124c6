import type { ScheduleConfig } from "../contracts/api/trigger.ts";
import type { Cron } from "../engine/ports/cron.ts";
import type { DueSchedule, ScheduleVerdict } from "../engine/ports/schedule-store.ts";

/** A moment no older than this is not missed, only a little late: a worker restarts, a database fails over. */
const lateMs = 60_000;
/** Missed moments are counted up to here, by which time the number says enough. */
const mostCounted = 1_000;

/**
 * What a schedule that is due comes to, by its catch-up policy: `skip` fires what is due now, `latest` also the last moment
 * missed, `all` the missed ones up to a number, the newest.
 */
export function dueFires(
  cron: Pick<Cron, "next" | "last">,
  config: Pick<ScheduleConfig, "cron" | "timeZone" | "catchUp" | "catchUpMost">,
  { dueAt, now }: Pick<DueSchedule, "dueAt" | "now">,
): ScheduleVerdict {
  // The range is open at both ends: one millisecond more on each side takes `dueAt` and `now` in.
  const range = { after: dueAt - 1, before: now + 1 };
  const moments = cron.last(config.cron, config.timeZone, range, mostCounted);
  const onTime = moments.filter((moment) => moment > now - lateMs);
  const fires = firing(config, moments, onTime);
  const left = moments.slice(0, moments.length - fires.length);
  const [from, to] = [left[0], left.at(-1)];
  return {
    fires,
    skipped: from === undefined || to === undefined ? null : { count: left.length, from, to },
    next: cron.next(config.cron, config.timeZone, now, 1)[0] ?? null,
  };
}

/** Always the end of `moments`: what is left out is older than what fires. */
function firing(
  { catchUp, catchUpMost }: Pick<ScheduleConfig, "catchUp" | "catchUpMost">,
  moments: number[],
  onTime: number[],
): number[] {
  switch (catchUp) {
    case "skip":
      return onTime;
    case "latest":
      return onTime.length > 0 ? onTime : moments.slice(-1);
    case "all":
      return moments.slice(-Math.max(catchUpMost, onTime.length));
  }
}
