import { z } from "zod";
import { agentSettingsSchema } from "../../engine/agent.ts";
import type { AgentRegistry, PinnedAgent } from "../../engine/ports/agents.ts";
import type { Pool } from "./pool.ts";

const pinnedSchema: z.ZodType<PinnedAgent> = z.object({
  id: z.string(),
  version: z.number(),
  name: z.string(),
  status: z.enum(["active", "disabled"]),
  capabilities: z.array(z.string()),
  settings: agentSettingsSchema,
});

const columns = "a.id, v.version, a.name, a.status, a.capabilities, v.settings";
/** How many stand in for one: more would be asked one after the other for the length of a step. */
const mostEquals = 5;

/** The registry as runs see it, on Postgres: a run's version of an agent is chosen once, by `pin_agent`. */
export function createAgentRegistry(pool: Pool): AgentRegistry {
  return {
    async pin({ runId, orgId }, { id, version }) {
      const { rows } = await pool.query({
        name: "pin-agent",
        text: `select ${columns} from public.agents a
               cross join lateral (select coalesce($4::int, public.pin_agent($1, $2, $3)) as version) pinned
               join public.agent_versions v on v.agent_id = a.id and v.version = pinned.version
               where a.id = $3 and a.org_id = $2`,
        values: [runId, orgId, id, version],
      });
      return rows[0] === undefined ? null : pinnedSchema.parse(rows[0]);
    },
    async equals({ runId, orgId }, agent) {
      if (agent.capabilities.length === 0) return [];
      const { rows } = await pool.query({
        name: "equal-agents",
        text: `select ${columns} from (
                 select * from public.agents where org_id = $2 and status = 'active' and id <> $3 and capabilities @> $4::text[]
                 order by created_at, id limit ${mostEquals}
               ) a
               cross join lateral (select public.pin_agent($1, $2, a.id) as version) pinned
               join public.agent_versions v on v.agent_id = a.id and v.version = pinned.version
               order by a.created_at, a.id`,
        values: [runId, orgId, agent.id, agent.capabilities],
      });
      return z.array(pinnedSchema).parse(rows);
    },
    async record({ runId, orgId, stepId, attempt, agent, errorCode, costUsd, ms }) {
      await pool.query({
        name: "record-agent-call",
        text: `insert into public.agent_calls
                 (run_id, step_id, attempt, agent_id, org_id, version, succeeded, error_code, cost_usd, ms)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
               on conflict (run_id, step_id, attempt, agent_id) do update set succeeded = excluded.succeeded,
                 error_code = excluded.error_code, cost_usd = public.agent_calls.cost_usd + excluded.cost_usd,
                 ms = excluded.ms, at = now()`,
        values: [
          runId,
          stepId,
          attempt,
          agent.id,
          orgId,
          agent.version,
          errorCode === null,
          errorCode,
          costUsd,
          Math.round(ms),
        ],
      });
    },
  };
}
