/** Reads cron expressions of five fields in a time zone. Moments are epoch milliseconds. */
export interface Cron {
  /** Why this is no schedule, in words for its author; null when it is one. */
  problem(expression: string, timeZone: string): string | null;
  /** The next moments after `after`, at most `count`; fewer when there are no more. */
  next(expression: string, timeZone: string, after: number, count: number): number[];
  /** The last moments before `before` and after `after`, at most `count`, the newest last. */
  last(expression: string, timeZone: string, range: { after: number; before: number }, count: number): number[];
}
