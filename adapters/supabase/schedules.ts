import type { DueSchedule, ScheduleStore, ScheduleVerdict } from "../../engine/ports/schedule-store.ts";
import type { Pool } from "./pool.ts";

/** Schedules on Postgres: `for update skip locked` hands each to one worker, and its clock says what is due. */
export function createScheduleStore(pool: Pool): ScheduleStore {
  return {
    async fireDue(limit, decide) {
      const client = await pool.connect();
      let done = false;
      try {
        await client.query("begin");
        const { rows } = await client.query<DueSchedule>(
          `select t.id as "triggerId", t.config, extract(epoch from t.next_fire_at)::float8 * 1000 as "dueAt",
             extract(epoch from now())::float8 * 1000 as now
           from public.triggers t
           where t.next_fire_at <= now() and t.enabled and t.kind = 'schedule'
           order by t.next_fire_at limit $1 for update skip locked`,
          [limit],
        );
        if (rows.length > 0) await client.query(write, [JSON.stringify(rows.flatMap((row) => writing(row, decide)))]);
        await client.query("commit");
        done = true;
        return rows.length;
      } finally {
        // A connection that is closed rolls back by itself.
        client.release(!done);
      }
    },
  };
}

// The unique key (trigger, moment) is the last word: also a schedule set back by hand fires once for a moment.
const write = `with given as (
    select * from jsonb_to_recordset($1) as g
      ("triggerId" uuid, fires jsonb, skipped jsonb, next float8)
  ), moved as (
    update public.triggers t set next_fire_at = to_timestamp(g.next / 1000),
      last_fired_at = coalesce((select max((f ->> 'fireAt')::timestamptz) from jsonb_array_elements(g.fires) f), t.last_fired_at)
    from given g where t.id = g."triggerId" returning t.id, t.org_id
  ), fired as (
    insert into public.trigger_deliveries (org_id, trigger_id, key, payload)
    select m.org_id, m.id, f ->> 'fireAt', f from moved m
    join given g on g."triggerId" = m.id cross join jsonb_array_elements(g.fires) f
    on conflict (trigger_id, key) do nothing
  )
  insert into public.trigger_deliveries (org_id, trigger_id, key, status, payload)
  select m.org_id, m.id, 'skipped ' || (g.skipped ->> 'to'), 'skipped', g.skipped from moved m
  join given g on g."triggerId" = m.id where g.skipped <> 'null'
  on conflict (trigger_id, key) do nothing`;

function writing(due: DueSchedule, decide: (due: DueSchedule) => ScheduleVerdict): object {
  const { fires, skipped, next } = decide(due);
  return {
    triggerId: due.triggerId,
    fires: fires.map((fireAt) => ({ fireAt: shown(fireAt) })),
    skipped: skipped === null ? null : { count: skipped.count, from: shown(skipped.from), to: shown(skipped.to) },
    next,
  };
}

function shown(moment: number): string {
  return new Date(moment).toISOString();
}
