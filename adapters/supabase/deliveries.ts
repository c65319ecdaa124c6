import { z } from "zod";
import { deliverySchema, type Delivery, type TriggerKind } from "../../contracts/api/trigger.ts";
import type { ErrorRecord } from "../../engine/errors.ts";
import type { JsonObject } from "../../engine/json.ts";
import { moment, pageOf } from "./moment.ts";
import type { Pool } from "./pool.ts";

interface DeliveryRow {
  id: string;
  orgId: string;
  triggerId: string;
  key: string;
  status: Delivery["status"];
  payload: JsonObject;
  runId: string;
  attempts: number;
  fresh: boolean;
}

/** A delivery that waits for its run, with what its trigger says. */
export interface PendingDelivery extends DeliveryRow {
  trigger: {
    id: string;
    orgId: string;
    workflowId: string;
    workflowName: string;
    kind: TriggerKind;
    name: string;
    version: number | null;
    config: JsonObject;
  };
}

const row = `d.id, d.org_id as "orgId", d.trigger_id as "triggerId", d.key, d.status, d.payload, d.run_id as "runId", d.attempts`;
const shown = `d.id, d.trigger_id as "triggerId", d.key, d.status, d.payload,
  case when d.status = 'started' then d.run_id end as "runId",
  case when d.error is not null then jsonb_build_object('code', d.error -> 'code', 'message', d.error -> 'message') end as error,
  d.attempts, d.repeats, d.redelivery_of as "redeliveryOf", ${moment("d.created_at", "createdAt")},
  ${moment("d.updated_at", "updatedAt")}`;

/** A claim older than this is of a process that died. */
const claimSeconds = 15;

/** What set triggers off, on Postgres: each row is owed a run until it is closed. */
export class DeliveryTable {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async open(delivery: {
    orgId: string;
    triggerId: string;
    key: string;
    payload: JsonObject;
    redeliveryOf: string | null;
  }): Promise<DeliveryRow> {
    const { rows } = await this.#pool.query<DeliveryRow>({
      name: "delivery-open",
      text: `insert into public.trigger_deliveries as d (org_id, trigger_id, key, payload, redelivery_of, claimed_at)
        values ($1, $2, $3, $4::jsonb, $5, clock_timestamp())
        on conflict (trigger_id, key) do update set
          repeats = d.repeats + 1, updated_at = now(),
          status = case when d.status = 'refused' then 'pending' else d.status end,
          payload = case when d.status = 'refused' then excluded.payload else d.payload end,
          claimed_at = case when d.status = 'refused' then clock_timestamp() else d.claimed_at end,
          due_at = case when d.status = 'refused' then now() else d.due_at end
        returning ${row}, (d.xmax = 0 or d.claimed_at >= statement_timestamp()) as fresh`,
      values: [
        delivery.orgId,
        delivery.triggerId,
        delivery.key,
        JSON.stringify(delivery.payload),
        delivery.redeliveryOf,
      ],
    });
    const stored = rows[0];
    if (stored === undefined) throw new Error("The delivery was not stored.");
    return stored;
  }

  async get(orgId: string, triggerId: string, id: string): Promise<Delivery | null> {
    const { rows } = await this.#pool.query(
      `select ${shown} from public.trigger_deliveries d where d.id = $1 and d.org_id = $2 and d.trigger_id = $3`,
      [id, orgId, triggerId],
    );
    return rows[0] === undefined ? null : deliverySchema.parse(rows[0]);
  }

  async list(
    orgId: string,
    triggerId: string,
    page: { limit: number; after: { at: string; id: string } | null; status: Delivery["status"] | null },
  ): Promise<{ items: Delivery[]; next: { at: string; id: string } | null }> {
    const { rows } = await this.#pool.query(
      `select ${shown} from public.trigger_deliveries d
       where d.trigger_id = $2 and d.org_id = $1 and ($3::text is null or d.status = $3)
         and ($4::timestamptz is null or (d.created_at, d.id) < ($4::timestamptz, $5::uuid))
       order by d.created_at desc, d.id desc limit $6`,
      [orgId, triggerId, page.status, page.after?.at ?? null, page.after?.id ?? null, page.limit + 1],
    );
    return pageOf(z.array(deliverySchema).parse(rows), page.limit, (one) => one.createdAt);
  }

  async close(
    id: string,
    outcome: { status: "started" | "refused" | "filtered"; error: ErrorRecord | null },
  ): Promise<void> {
    await this.#pool.query({
      name: "delivery-close",
      text: `update public.trigger_deliveries set status = $2, error = $3::jsonb, attempts = attempts + 1, updated_at = now()
             where id = $1 and status = 'pending'`,
      values: [id, outcome.status, outcome.error === null ? null : JSON.stringify(outcome.error)],
    });
  }

  async postpone(id: string, error: ErrorRecord, delayMs: number): Promise<void> {
    await this.#pool.query(
      `update public.trigger_deliveries set error = $2::jsonb, attempts = attempts + 1, claimed_at = null,
         due_at = now() + $3 * interval '1 millisecond', updated_at = now()
       where id = $1 and status = 'pending'`,
      [id, JSON.stringify(error), delayMs],
    );
  }

  /** Takes deliveries that wait for their run, each for one caller; a dead one's are taken again. */
  async claim(limit: number): Promise<PendingDelivery[]> {
    const { rows } = await this.#pool.query<PendingDelivery>({
      name: "delivery-claim",
      text: `with due as (
          select id from public.trigger_deliveries
          where status = 'pending' and due_at <= now()
            and (claimed_at is null or claimed_at < now() - interval '${claimSeconds} seconds')
          order by due_at limit $1 for update skip locked
        ), d as (
          update public.trigger_deliveries one set claimed_at = clock_timestamp() from due where one.id = due.id returning one.*
        )
        select ${row}, true as fresh, jsonb_build_object('id', t.id, 'orgId', t.org_id, 'workflowId', t.workflow_id,
          'workflowName', w.name, 'kind', t.kind, 'name', t.name, 'version', t.version, 'config', t.config) as trigger
        from d join public.triggers t on t.id = d.trigger_id join public.workflows w on w.id = t.workflow_id`,
      values: [limit],
    });
    return rows;
  }
}
