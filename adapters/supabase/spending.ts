import type { Pool } from "./pool.ts";

/** What runs have cost, from their rows; and what an organisation may spend, from its settings. */
export function createLedger(pool: Pool) {
  return {
    async spentByRun(runId: string): Promise<number> {
      const { rows } = await pool.query<{ cost: number }>({
        name: "spent-by-run",
        text: "select cost_usd::float8 as cost from runs where id = $1",
        values: [runId],
      });
      return rows[0]?.cost ?? 0;
    },
    async spentByOrganization(orgId: string, since: Date): Promise<number> {
      const { rows } = await pool.query<{ cost: number }>({
        name: "spent-by-organization",
        text: "select coalesce(sum(cost_usd), 0)::float8 as cost from runs where org_id = $1 and created_at >= $2",
        values: [orgId, since],
      });
      return rows[0]?.cost ?? 0;
    },
    async monthlyBudget(orgId: string): Promise<number | null> {
      const { rows } = await pool.query<{ budget: number | null }>({
        name: "monthly-budget",
        text: `select case when jsonb_typeof(settings #> '{budget,monthlyUsd}') = 'number'
                 then (settings #>> '{budget,monthlyUsd}')::float8 end as budget from organizations where id = $1`,
        values: [orgId],
      });
      return rows[0]?.budget ?? null;
    },
  };
}
