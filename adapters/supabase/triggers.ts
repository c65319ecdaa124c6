import type { Trigger, TriggerKind } from "../../contracts/api/trigger.ts";
import type { JsonObject } from "../../engine/json.ts";
import { auditFrom, auditParameter, type AuditEntry } from "./audit.ts";
import { moment } from "./moment.ts";
import type { Pool } from "./pool.ts";

interface TriggerRow extends Omit<Trigger, "kind" | "config" | "url"> {
  orgId: string;
  kind: TriggerKind;
  config: JsonObject;
  formToken: string | null;
  secretSealed: string | null;
  oldSecretSealed: string | null;
  workflowName: string;
}

interface NewToken {
  hash: Uint8Array;
  hint: string;
  shown: string | null;
}

interface NewTrigger extends Pick<
  TriggerRow,
  "id" | "orgId" | "workflowId" | "kind" | "name" | "enabled" | "config" | "version" | "secretSealed" | "createdBy"
> {
  token: NewToken | null;
  eventName: string | null;
  nextFireAt: number | null;
}

interface TriggerChange {
  name?: string | undefined;
  enabled?: boolean | undefined;
  version?: number | null | undefined;
  config?: JsonObject | undefined;
  eventName?: string | undefined;
  nextFireAt?: number | null | undefined;
  token?: NewToken | null;
  secret?: { sealed: string; oldSealed: string | null; oldUntil: number | null };
}

const columns = `t.id, t.org_id as "orgId", t.workflow_id as "workflowId", w.name as "workflowName", t.kind, t.name, t.enabled,
  t.config, t.version, t.token_hint as "tokenHint", t.form_token as "formToken", t.secret_sealed as "secretSealed",
  t.old_secret_sealed as "oldSecretSealed", ${moment("t.old_secret_until", "oldSecretUntil")},
  ${moment("t.next_fire_at", "nextFireAt")}, ${moment("t.last_fired_at", "lastFiredAt")}, t.refused_count as "refusedCount",
  t.last_refusal as "lastRefusal", ${moment("t.last_refused_at", "lastRefusedAt")}, t.created_by as "createdBy",
  ${moment("t.created_at", "createdAt")}, ${moment("t.updated_at", "updatedAt")}`;
const living = "join public.workflows w on w.id = t.workflow_id and w.deleted_at is null";

/** Triggers on Postgres. The trusted role sees every organisation, so each statement names one. */
export class TriggerTable {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async now(): Promise<number> {
    const { rows } = await this.#pool.query<{ now: number }>(
      "select (extract(epoch from clock_timestamp()) * 1000)::float8 as now",
    );
    return rows[0]?.now ?? 0;
  }

  async insert(trigger: NewTrigger, audit: AuditEntry): Promise<TriggerRow | null> {
    const { rows } = await this.#pool.query<TriggerRow>(
      `with t as (
         insert into public.triggers (id, org_id, workflow_id, kind, name, enabled, config, version, token_hash, token_hint,
           form_token, secret_sealed, event_name, next_fire_at, created_by)
         select $1, w.org_id, w.id, $4, $5, $6, $7::jsonb, $8, $9, $10, $11, $12, $13, to_timestamp($14::float8 / 1000), $15::uuid
         from public.workflows w where w.id = $3 and w.org_id = $2 and w.deleted_at is null
         returning *
       ), recorded as (${auditFrom("t", 16)})
       select ${columns} from t ${living}`,
      [
        trigger.id,
        trigger.orgId,
        trigger.workflowId,
        trigger.kind,
        trigger.name,
        trigger.enabled,
        JSON.stringify(trigger.config),
        trigger.version,
        trigger.token?.hash ?? null,
        trigger.token?.hint ?? null,
        trigger.token?.shown ?? null,
        trigger.secretSealed,
        trigger.eventName,
        trigger.nextFireAt,
        trigger.createdBy,
        auditParameter(audit),
      ],
    );
    return rows[0] ?? null;
  }

  async list(orgId: string, workflowId: string | null): Promise<TriggerRow[]> {
    const { rows } = await this.#pool.query<TriggerRow>(
      `select ${columns} from public.triggers t ${living}
       where t.org_id = $1 and ($2::uuid is null or t.workflow_id = $2) order by t.created_at, t.id limit 1000`,
      [orgId, workflowId],
    );
    return rows;
  }

  async get(orgId: string, id: string): Promise<TriggerRow | null> {
    const { rows } = await this.#pool.query<TriggerRow>(
      `select ${columns} from public.triggers t ${living} where t.id = $1 and t.org_id = $2`,
      [id, orgId],
    );
    return rows[0] ?? null;
  }

  async change(orgId: string, id: string, change: TriggerChange, audit: AuditEntry): Promise<TriggerRow | null> {
    const { token, secret } = change;
    const { rows } = await this.#pool.query<TriggerRow>(
      `with t as (
         update public.triggers set
           name = coalesce($3, name), enabled = coalesce($4, enabled),
           version = case when $5 then $6 else version end, config = coalesce($7::jsonb, config),
           event_name = coalesce($8, event_name),
           next_fire_at = case when $9 then to_timestamp($10::float8 / 1000) else next_fire_at end,
           token_hash = coalesce($11, token_hash), token_hint = coalesce($12, token_hint),
           form_token = coalesce($13, form_token),
           old_secret_sealed = case when $14::text is null then old_secret_sealed else $15 end,
           old_secret_until = case when $14::text is null then old_secret_until else to_timestamp($16::float8 / 1000) end,
           secret_sealed = coalesce($14, secret_sealed), updated_at = now()
         where id = $1 and org_id = $2 returning *
       ), recorded as (${auditFrom("t", 17)})
       select ${columns} from t ${living}`,
      [
        id,
        orgId,
        change.name ?? null,
        change.enabled ?? null,
        change.version !== undefined,
        change.version ?? null,
        change.config === undefined ? null : JSON.stringify(change.config),
        change.eventName ?? null,
        change.nextFireAt !== undefined,
        change.nextFireAt ?? null,
        token?.hash ?? null,
        token?.hint ?? null,
        token?.shown ?? null,
        secret?.sealed ?? null,
        secret?.oldSealed ?? null,
        secret?.oldUntil ?? null,
        auditParameter(audit),
      ],
    );
    return rows[0] ?? null;
  }

  async remove(orgId: string, id: string, audit: AuditEntry): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      `with t as (delete from public.triggers where id = $1 and org_id = $2 returning id),
       recorded as (${auditFrom("t", 3)}) select id from t`,
      [id, orgId, auditParameter(audit)],
    );
    return rowCount === 1;
  }

  async byToken(hash: Uint8Array): Promise<TriggerRow | null> {
    const { rows } = await this.#pool.query<TriggerRow>({
      name: "trigger-by-token",
      text: `select ${columns} from public.triggers t ${living} where t.token_hash = $1`,
      values: [hash],
    });
    return rows[0] ?? null;
  }

  async countRefusal(id: string, reason: string): Promise<void> {
    await this.#pool.query(
      `update public.triggers set refused_count = refused_count + 1, last_refusal = $2, last_refused_at = now() where id = $1`,
      [id, reason],
    );
  }
}
