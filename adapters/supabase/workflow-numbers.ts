import type { WorkflowNumbers } from "../../contracts/api/workflow-numbers.ts";
import type { Pool } from "./pool.ts";

type Day = WorkflowNumbers["days"][number];

/** Runs and cost of a workflow by day. The trusted role sees every organisation, so the statement names one. */
export async function readWorkflowNumbers(
  pool: Pool,
  workflow: { orgId: string; id: string },
  days: number,
  timeZone: string,
): Promise<Day[]> {
  const { rows } = await pool.query<Day>(
    `select to_char(r.created_at at time zone $4, 'YYYY-MM-DD') as day,
       count(*) filter (where status = 'completed')::int as completed,
       count(*) filter (where status = 'failed')::int as failed,
       count(*) filter (where status = 'cancelled')::int as cancelled,
       count(*) filter (where status in ('queued', 'running', 'waiting', 'paused'))::int as open,
       sum(cost_usd)::float8 as "costUsd"
     from public.runs r
     where r.workflow_id = $2 and r.org_id = $1
       and r.created_at >= (date_trunc('day', now() at time zone $4) - make_interval(days => $3::int - 1)) at time zone $4
     group by 1 order by 1`,
    [workflow.orgId, workflow.id, days, timeZone],
  );
  return rows;
}
