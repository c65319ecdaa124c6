import type { BusEvent, EventType } from "../../contracts/api/event.ts";
import type { Json, JsonObject } from "../../engine/json.ts";
import { auditFrom, auditParameter, type AuditEntry } from "./audit.ts";
import { moment, pageOf } from "./moment.ts";
import type { Pool } from "./pool.ts";

interface NewBusEvent {
  orgId: string;
  ref: string;
  name: string;
  key: string | null;
  payload: Json;
  originRunId: string | null;
  toldBy: { kind: string; id: string | null; label: string };
  keepSeconds: number;
}

const event = `e.id, e.name, e.key, e.payload, e.origin_run_id as "originRunId", e.told_by ->> 'label' as "toldBy",
  ${moment("e.keep_until", "keepUntil")}, ${moment("e.created_at", "createdAt")}, ${moment("e.dispatched_at", "dispatchedAt")}`;
const type = `t.name, t.description, t.schema, ${moment("t.created_at", "createdAt")}, ${moment("t.updated_at", "updatedAt")}`;

/** What is owed to a run that listens. */
export interface HeardEvent {
  runId: string;
  signalId: number;
  payload: JsonObject;
}

/** The event bus on Postgres. The trusted role sees every organisation, so each statement names one. */
export class EventTable {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async insert(given: NewBusEvent, mostDepth: number): Promise<{ id: string; repeated: boolean } | "too-deep"> {
    const { rows } = await this.#pool.query<{ id: string; repeated: boolean }>({
      name: "bus-event-insert",
      text: `with depth as (
          select coalesce((select (r.trigger ->> 'eventDepth')::int from public.runs r where r.id = $6 and r.org_id = $1), 0)
            + ($6::uuid is not null)::int as depth
        )
        insert into public.bus_events as e (org_id, ref, name, key, payload, origin_run_id, depth, told_by, keep_until)
        select $1, $2, $3, $4, $5::jsonb, $6, depth, $7::jsonb,
          case when $8 > 0 then now() + $8 * interval '1 second' end
        from depth where depth <= $9
        on conflict (org_id, ref) do update set ref = excluded.ref
        returning e.id, e.xmax <> 0 as repeated`,
      values: [
        given.orgId,
        given.ref,
        given.name,
        given.key,
        JSON.stringify(given.payload),
        given.originRunId,
        JSON.stringify(given.toldBy),
        given.keepSeconds,
        mostDepth,
      ],
    });
    return rows[0] ?? "too-deep";
  }

  async list(
    orgId: string,
    page: { limit: number; after: { at: string; id: string } | null; name: string | null },
  ): Promise<{ items: BusEvent[]; next: { at: string; id: string } | null }> {
    const { rows } = await this.#pool.query<BusEvent>(
      `select ${event} from public.bus_events e
       where e.org_id = $1 and ($2::text is null or e.name = $2)
         and ($3::timestamptz is null or (e.created_at, e.id) < ($3::timestamptz, $4::uuid))
       order by e.created_at desc, e.id desc limit $5`,
      [orgId, page.name, page.after?.at ?? null, page.after?.id ?? null, page.limit + 1],
    );
    return pageOf(rows, page.limit, (row) => row.createdAt);
  }

  async types(orgId: string): Promise<EventType[]> {
    const { rows } = await this.#pool.query<EventType>(
      `select ${type} from public.event_types t where t.org_id = $1 order by t.name limit 1000`,
      [orgId],
    );
    return rows;
  }

  async type(orgId: string, name: string): Promise<EventType | null> {
    const { rows } = await this.#pool.query<EventType>({
      name: "event-type-get",
      text: `select ${type} from public.event_types t where t.org_id = $1 and t.name = $2`,
      values: [orgId, name],
    });
    return rows[0] ?? null;
  }

  async putType(
    orgId: string,
    given: { name: string; description: string; schema: JsonObject | null; by: string | null },
    audit: AuditEntry,
  ): Promise<EventType> {
    const { rows } = await this.#pool.query<EventType>(
      `with t as (
         insert into public.event_types (org_id, name, description, schema, created_by) values ($1, $2, $3, $4::json, $5)
         on conflict (org_id, name) do update
           set description = excluded.description, schema = excluded.schema, updated_at = now()
         returning *
       ), recorded as (${auditFrom("t", 6)})
       select ${type} from t`,
      [
        orgId,
        given.name,
        given.description,
        given.schema === null ? null : JSON.stringify(given.schema),
        given.by,
        auditParameter(audit),
      ],
    );
    const row = rows[0];
    if (row === undefined) throw new Error("The event type was not stored.");
    return row;
  }

  async removeType(orgId: string, name: string, audit: AuditEntry): Promise<EventType | null> {
    const { rows } = await this.#pool.query<EventType>(
      `with t as (delete from public.event_types where org_id = $1 and name = $2 returning *),
       recorded as (${auditFrom("t", 3)}) select ${type} from t`,
      [orgId, name, auditParameter(audit)],
    );
    return rows[0] ?? null;
  }

  async oweKept(orgId: string, triggerId: string): Promise<number> {
    const { rowCount } = await this.#pool.query(
      `insert into public.trigger_deliveries (org_id, trigger_id, key, payload)
       select e.org_id, t.id, 'event ' || e.id, 
         private.event_payload(e.id, e.name, e.key, e.payload, e.created_at, e.depth)
       from public.triggers t
       join public.bus_events e on e.org_id = t.org_id and e.name = t.event_name and e.keep_until > now()
       where t.id = $2 and t.org_id = $1
       on conflict (trigger_id, key) do nothing`,
      [orgId, triggerId],
    );
    return rowCount ?? 0;
  }

  /** Brings waiting events to those who listen, and gives what runs are to be told. */
  async dispatch(limit: number): Promise<{ events: number; heard: HeardEvent[] }> {
    const { rows } = await this.#pool.query<{
      events: number;
      runId: string | null;
      signalId: number;
      payload: JsonObject;
    }>({
      name: "dispatch-events",
      text: 'select events, run_id as "runId", signal_id as "signalId", payload from dispatch_events($1)',
      values: [limit],
    });
    const heard = rows.flatMap(({ runId, signalId, payload }) =>
      runId === null ? [] : [{ runId, signalId, payload }],
    );
    return { events: rows[0]?.events ?? 0, heard };
  }
}
