import type { JsonObject } from "../json.ts";

/** A schedule that is due: what it says, and the moment it waited for. Moments are epoch ms of the store's clock. */
export interface DueSchedule {
  triggerId: string;
  config: JsonObject;
  dueAt: number;
  now: number;
}

/** What a schedule that is due comes to: the moments it fires for, what it left out, and when it is due again. */
export interface ScheduleVerdict {
  fires: number[];
  skipped: { count: number; from: number; to: number } | null;
  /** Null when it never fires again. */
  next: number | null;
}

export interface ScheduleStore {
  /**
   * Takes schedules that are due, asks `decide` about each, and writes what it says in the same transaction: a moment fires
   * once, whoever else looks at the same time, and a caller that dies has decided nothing. The number taken.
   */
  fireDue(limit: number, decide: (due: DueSchedule) => ScheduleVerdict): Promise<number>;
}
