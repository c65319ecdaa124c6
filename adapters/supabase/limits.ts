import { z } from "zod";
import { limitsSchema, type Limits } from "../../contracts/api/limits.ts";
import { auditFrom, auditParameter, type AuditEntry } from "./audit.ts";
import type { Pool } from "./pool.ts";

/** Settings may be written by browsers as well: what is no limit bounds nothing. */
const storedSchema = z.object({
  limits: limitsSchema.omit({ monthlyBudgetUsd: true }).catch({
    queuedRuns: null,
    steps: null,
    workflows: {},
    agents: {},
    providers: {},
  }),
  budget: z.object({ monthlyUsd: z.number().positive().nullable().catch(null) }).catch({ monthlyUsd: null }),
});

/** What organisations bound themselves by, in their settings. */
export class LimitTable {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async get(orgId: string): Promise<Limits> {
    const { rows } = await this.#pool.query<{ settings: unknown }>({
      name: "organization-limits",
      text: "select settings from public.organizations where id = $1",
      values: [orgId],
    });
    const { limits, budget } = storedSchema.parse(rows[0]?.settings ?? {});
    return { ...limits, monthlyBudgetUsd: budget.monthlyUsd };
  }

  async put(orgId: string, { monthlyBudgetUsd, ...limits }: Limits, audit: AuditEntry): Promise<void> {
    await this.#pool.query(
      `with changed as (
         update public.organizations
         set settings = settings || jsonb_build_object('limits', $2::jsonb, 'budget',
           (case when jsonb_typeof(settings -> 'budget') = 'object' then settings -> 'budget' else '{}' end)
             || jsonb_build_object('monthlyUsd', $3::float8))
         where id = $1 returning id
       )
       ${auditFrom("changed", 4)}`,
      [orgId, JSON.stringify(limits), monthlyBudgetUsd, auditParameter(audit)],
    );
  }

  /** Runs of the organisation that are queued, counted up to `most`. */
  async queued(orgId: string, most: number): Promise<number> {
    const { rows } = await this.#pool.query<{ count: number }>({
      name: "queued-runs",
      text: `select count(*)::int as count from (
               select 1 from public.runs where org_id = $1 and status = 'queued' limit $2) as few`,
      values: [orgId, most],
    });
    return rows[0]?.count ?? 0;
  }

  async spentThisMonth(orgId: string): Promise<number> {
    const { rows } = await this.#pool.query<{ cost: number }>(
      `select coalesce(sum(cost_usd), 0)::float8 as cost from public.runs
       where org_id = $1 and created_at >= date_trunc('month', now() at time zone 'utc') at time zone 'utc'`,
      [orgId],
    );
    return rows[0]?.cost ?? 0;
  }
}
