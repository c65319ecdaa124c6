import type { RunEvent } from "../../engine/run/event.ts";
import { runEventSchema } from "../../engine/run/event.ts";

/** A row of run_events as SQL gives it; `at` in epoch ms. */
export interface EventRow {
  seq: number;
  at: number;
  type: string;
  data: Record<string, unknown>;
}

/** Columns for a select of event rows. */
export const eventColumns = "seq, (extract(epoch from at) * 1000)::float8 as at, type, data";

/**
 * The month of the run whose id is a statement's `$place`: events lie in parts by that month, and a read that names it opens one of them
 * only. (Without it every part is asked, and the answer is the same.)
 */
export const monthOfRun = (place: number): string => `(select month from public.runs where id = $${place})`;

/** How an event stands in the journal: `data` is its body without the type; `stepId` repeats the step for queries. */
export function toEventRow(event: RunEvent): {
  seq: number;
  at: number;
  type: string;
  stepId: string | null;
  data: object;
} {
  const { seq, at, type, ...data } = event;
  return { seq, at, type, stepId: "step" in data ? data.step : null, data };
}

/** The event of a row. Not parsed again: the journal is append-only and written only through this file's schema. */
export function fromEventRow(row: EventRow): RunEvent {
  return { ...row.data, type: row.type, seq: row.seq, at: Math.round(row.at) } as RunEvent;
}

/** As `fromEventRow`, and checks that the event is whole: for places where the journal came from elsewhere. */
export function parseEventRow(row: EventRow): RunEvent {
  return runEventSchema.parse(fromEventRow(row)) as RunEvent;
}
