import type { RetentionStore } from "../../engine/ports/retention-store.ts";
import type { Pool } from "./pool.ts";

/**
 * Old things by organisation or trigger, each along an index that lists have anyway; `skip locked` lets several workers do it side by
 * side. How runs and months of the journal go is said where it is done, in the migration of the journal's months.
 */
export function createRetentionStore(pool: Pool): RetentionStore {
  const count = async (text: string, days: number, limit: number): Promise<number> => {
    const { rows } = await pool.query<{ count: number }>({ text, values: [days, limit] });
    return rows[0]?.count ?? 0;
  };
  return {
    async openMonths() {
      const { rows } = await pool.query<{ opened: number }>("select private.open_journal_months() as opened");
      return rows[0]?.opened ?? 0;
    },
    async closeMonths(days) {
      await pool.query("select private.close_journal_months($1)", [days]);
    },
    forgetRuns: (days, limit) => count("select private.forget_runs($1, $2) as count", days, limit),
    async forgetEvents(days, limit) {
      return (await count(forgetEvents, days, limit)) + (await count(forgetDeliveries, days, limit));
    },
  };
}

const forgetEvents = `with old as (
    select b.id from public.organizations o cross join lateral (
      select id from public.bus_events
      where org_id = o.id and created_at < now() - make_interval(days => $1) and dispatched_at is not null
        and (keep_until is null or keep_until < now())
      order by created_at limit $2 for update skip locked
    ) b limit $2
  ), gone as (delete from public.bus_events using old where bus_events.id = old.id returning bus_events.id)
  select count(*)::int as count from gone`;

const forgetDeliveries = `with old as (
    select d.id from public.triggers t cross join lateral (
      select id from public.trigger_deliveries
      where trigger_id = t.id and created_at < now() - make_interval(days => $1) and status <> 'pending'
      order by created_at limit $2 for update skip locked
    ) d limit $2
  ), gone as (delete from public.trigger_deliveries d using old where d.id = old.id returning d.id)
  select count(*)::int as count from gone`;
