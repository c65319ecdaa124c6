import { z } from "zod";
import type { RunSweep } from "../../engine/ports/run-sweep.ts";
import type { Pool } from "./pool.ts";

const expiredSchema = z.object({
  outcome: z.enum(["expired", "escalated", "already", "early", "missing"]),
  approval: z.object({ id: z.string(), run_id: z.string() }).nullable(),
  signalId: z.number().nullable(),
});

/** What recovery asks of Postgres. Everything goes by the database's clock: workers' clocks may be wrong. */
export function createRunSweep(pool: Pool): RunSweep {
  return {
    async dueTimers(limit) {
      const { rows } = await pool.query<{ runId: string; key: string }>({
        name: "claim-due-timers",
        text: 'select run_id as "runId", key from claim_due_timers($1)',
        values: [limit],
      });
      return rows;
    },

    async unappliedSignals(olderThanMs, limit) {
      const { rows } = await pool.query<{ id: number; runId: string; kind: string; payload: unknown }>({
        name: "unapplied-signals",
        text: `select id, run_id as "runId", kind, payload from run_signals
          where applied_at is null and created_at <= now() - $1 * interval '1 millisecond' order by created_at limit $2`,
        values: [olderThanMs, limit],
      });
      return rows;
    },

    async idleRuns(idleMs, limit) {
      // Touching the row claims it: of several sweepers one gets it, and the next not before another idleMs.
      const { rows } = await pool.query<{ runId: string; priority: number }>({
        name: "idle-runs",
        text: `with idle as (
            select id from runs
            where status in ('queued', 'running') and updated_at <= now() - $1 * interval '1 millisecond'
            order by updated_at limit $2 for update skip locked
          ), uncalled as (
            -- Its worker died between writing the call down and starting it. Within an hour: later looks would read ever more.
            select p.id from run_events e join runs p on p.id = e.run_id
            where e.type = 'child-started' and e.at > now() - interval '1 hour'
              and p.status = 'waiting' and p.updated_at <= now() - $1 * interval '1 millisecond'
              and not exists (select 1 from runs c where c.id = (e.data ->> 'childId')::uuid)
            limit $2 for update of p skip locked
          ), found as (select id from idle union select id from uncalled)
          update runs set updated_at = now() from found where runs.id = found.id
          returning runs.id as "runId", runs.priority`,
        values: [idleMs, limit],
      });
      return rows;
    },

    async expireApprovals(limit) {
      const due = await pool.query<{ id: string }>({
        name: "due-approvals",
        text: "select id from approvals where status = 'pending' and deadline_at <= now() order by deadline_at limit $1",
        values: [limit],
      });
      const expired: { runId: string; approvalId: string; signalId: number }[] = [];
      for (const { id } of due.rows) {
        const { rows } = await pool.query<{ result: unknown }>({
          name: "expire-approval",
          text: "select expire_approval($1) as result",
          values: [id],
        });
        const { approval, signalId } = expiredSchema.parse(rows[0]?.result);
        if (approval === null || signalId === null) continue;
        expired.push({ runId: approval.run_id, approvalId: approval.id, signalId });
      }
      return expired;
    },
  };
}
