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
          ), touched as (
            update runs set updated_at = now() from idle where runs.id = idle.id returning runs.id, runs.priority
          ), owed as (
            -- The worker died between writing the call down and starting it, or the queue had no room.
            select child_id from run_calls where looked_at <= now() - $1 * interval '1 millisecond'
            order by looked_at limit $2 for update skip locked
          ), called as (
            update run_calls c set looked_at = now() from owed where c.child_id = owed.child_id returning c.run_id
          )
          select id as "runId", priority from touched
          union select p.id, p.priority from called join runs p on p.id = called.run_id`,
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
