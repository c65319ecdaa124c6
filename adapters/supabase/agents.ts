import { z } from "zod";
import {
  agentSchema,
  agentVersionSchema,
  type Agent,
  type AgentUse,
  type AgentVersion,
} from "../../contracts/api/agent.ts";
import { agentSettingsSchema, type AgentSettings } from "../../engine/agent.ts";
import { auditFrom, auditParameter, type AuditEntry } from "./audit.ts";
import { moment, pageOf } from "./moment.ts";
import type { Pool } from "./pool.ts";
import { storableJson } from "./storable.ts";
import { joinStoredNodes } from "./stored-nodes.ts";

interface WrittenAgent extends Pick<Agent, "id" | "name" | "description" | "capabilities" | "status"> {
  orgId: string;
  settings: AgentSettings;
  note: string;
  by: string | null;
}

interface Position {
  at: string;
  id: string;
}

/** An agent with its newest settings and how it did of late. */
const shown = `select a.id, a.name, a.description, a.capabilities, a.status, a.version, v.settings,
    ${moment("a.created_at", "createdAt")}, ${moment("a.updated_at", "updatedAt")},
    (select json_build_object('calls', count(*), 'succeeded', count(*) filter (where c.succeeded),
       'costUsd', coalesce(sum(c.cost_usd), 0)::float8,
       'medianMs', percentile_cont(0.5) within group (order by c.ms),
       'lastAt', to_char(max(c.at) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
     from public.agent_calls c where c.agent_id = a.id and c.at > now() - interval '30 days') as record
  from public.agents a join public.agent_versions v on v.agent_id = a.id and v.version = a.version`;

const knownSchema = z.array(z.object({ id: z.string(), version: z.number(), settings: agentSettingsSchema }));
/** More uses than anybody reads; past that the first ones tell enough. */
const mostUses = 500;

/** The registry of agents on Postgres. The trusted role sees every organisation, so each statement names one. */
export class AgentTable {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async list(
    orgId: string,
    page: {
      limit: number;
      after: Position | null;
      search: string | null;
      status: string | null;
      capability: string | null;
    },
  ): Promise<{ items: Agent[]; next: Position | null }> {
    const { rows } = await this.#pool.query(
      `${shown}
       where a.org_id = $1
         and ($2::timestamptz is null or a.updated_at < $2 or (a.updated_at = $2 and a.id > $3::uuid))
         and ($4::text is null or strpos(lower(a.name || ' ' || a.description || ' ' || array_to_string(a.capabilities, ' ')), lower($4)) > 0)
         and ($5::text is null or a.status = $5)
         and ($6::text is null or a.capabilities @> array[$6])
       order by a.updated_at desc, a.id limit $7`,
      [
        orgId,
        page.after?.at ?? null,
        page.after?.id ?? null,
        page.search,
        page.status,
        page.capability,
        page.limit + 1,
      ],
    );
    return pageOf(z.array(agentSchema).parse(rows), page.limit, (row) => row.updatedAt);
  }

  async get(orgId: string, id: string): Promise<Agent | null> {
    const { rows } = await this.#pool.query(`${shown} where a.org_id = $1 and a.id = $2`, [orgId, id]);
    return rows[0] === undefined ? null : agentSchema.parse(rows[0]);
  }

  async versions(orgId: string, id: string): Promise<AgentVersion[]> {
    const { rows } = await this.#pool.query(
      `select v.version, v.note, v.settings, v.created_by as "createdBy", ${moment("v.created_at", "createdAt")}
       from public.agent_versions v where v.org_id = $1 and v.agent_id = $2 order by v.version desc limit 1000`,
      [orgId, id],
    );
    return z.array(agentVersionSchema).parse(rows);
  }

  async uses(orgId: string, id: string): Promise<AgentUse[]> {
    const { rows } = await this.#pool.query<AgentUse>(
      `select w.id as "workflowId", w.name as "workflowName", g."where", n ->> 'id' as node,
         coalesce(n ->> 'name', n ->> 'id') as "nodeName", (n #>> '{config,agent,version}')::int as version
       from public.workflows w
       ${joinStoredNodes("$.nodes[*] ? (@.config.agent.id == $agent)", "$2", "agent")}
       where w.org_id = $1 and w.deleted_at is null
       order by w.name, w.id, g."where" desc limit ${mostUses}`,
      [orgId, id],
    );
    return rows;
  }

  async known(orgId: string, ids: string[]): Promise<{ id: string; version: number; settings: AgentSettings }[]> {
    const { rows } = await this.#pool.query(
      `select v.agent_id as id, v.version, v.settings from public.agent_versions v
       where v.org_id = $1 and v.agent_id = any ($2::uuid[]) order by v.version desc`,
      [orgId, ids],
    );
    return knownSchema.parse(rows);
  }

  async names(orgId: string, ids: string[]): Promise<Map<string, string>> {
    const { rows } = await this.#pool.query<{ id: string; name: string }>(
      "select id, name from public.agents where org_id = $1 and id = any ($2::uuid[])",
      [orgId, ids],
    );
    return new Map(rows.map(({ id, name }) => [id, name]));
  }

  async insert(agent: WrittenAgent, audit: AuditEntry): Promise<"stored" | "taken"> {
    const { rows } = await this.#pool.query<{ made: boolean }>(
      `with made as (
         insert into public.agents (id, org_id, name, description, capabilities, status, created_by)
         values ($1, $2, $3, $4, $5, $6, $9) on conflict (org_id, name) do nothing returning *
       ), versioned as (
         insert into public.agent_versions (agent_id, org_id, version, settings, note, created_by)
         select id, org_id, 1, $7::json, $8, $9 from made
       ), recorded as (${auditFrom("made", 10)})
       select exists (select 1 from made) as made`,
      [...written(agent), auditParameter(audit)],
    );
    return rows[0]?.made === true ? "stored" : "taken";
  }

  async update(
    agent: WrittenAgent & { before: number; renew: boolean },
    audit: AuditEntry,
  ): Promise<"stored" | "taken" | "conflict"> {
    try {
      const { rows } = await this.#pool.query<{ made: boolean }>(
        `with made as (
           update public.agents set name = $3, description = $4, capabilities = $5, status = $6, updated_at = now(),
             version = version + case when $12 then 1 else 0 end
           where id = $1 and org_id = $2 and version = $11 returning *
         ), versioned as (
           insert into public.agent_versions (agent_id, org_id, version, settings, note, created_by)
           select id, org_id, version, $7::json, $8, $9::uuid from made where $12
         ), recorded as (${auditFrom("made", 10)})
         select exists (select 1 from made) as made`,
        [...written(agent), auditParameter(audit), agent.before, agent.renew],
      );
      return rows[0]?.made === true ? "stored" : "conflict";
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "23505") return "taken";
      throw error;
    }
  }
}

function written({ id, orgId, name, description, capabilities, status, settings, note, by }: WrittenAgent): unknown[] {
  return [id, orgId, name, description, capabilities, status, storableJson(settings), note, by];
}
