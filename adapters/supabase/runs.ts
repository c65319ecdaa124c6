import type { RunSummary } from "../../contracts/api/run.ts";
import type { ErrorRecord } from "../../engine/errors.ts";
import type { Json, JsonObject } from "../../engine/json.ts";
import type { RunEvent } from "../../engine/run/event.ts";
import type { RunStatus } from "../../engine/run/status.ts";
import { auditFrom, auditParameter, type AuditEntry } from "./audit.ts";
import { eventColumns, fromEventRow, monthOfRun, toEventRow, type EventRow } from "./event-row.ts";
import { GroupCommit, isRefusal } from "./group-commit.ts";
import { moment, pageOf } from "./moment.ts";
import type { Pool } from "./pool.ts";
import { storableJson } from "./storable.ts";

const summary = `r.id, r.workflow_id as "workflowId", r.workflow_name as "workflowName", r.version, r.status,
  r.cost_usd as cost, ${moment("r.created_at", "createdAt")}, ${moment("r.started_at", "startedAt")},
  ${moment("r.ended_at", "endedAt")}`;

/** A page of events, in bytes as stored (compressed). */
const pageBytes = 4_000_000;

interface RunRow extends RunSummary {
  input: Json;
  output: Json;
  error: ErrorRecord | null;
  inputTokens: number;
  outputTokens: number;
  modelLabel: string | null;
  priority: number;
  lastSeq: number;
}

interface NewRun {
  id: string;
  orgId: string;
  workflowId: string;
  version: number;
  latest: boolean;
  input: Json;
  priority: number;
  trigger: JsonObject;
  createdBy: string | null;
  idempotencyKey: string | null;
  events: readonly RunEvent[];
  ended: {
    status: RunStatus;
    output: Json;
    error: ErrorRecord | null;
    startedAt: number;
    endedAt: number | null;
  } | null;
}

interface ForkLink {
  id: string;
  at: number;
}

interface Started {
  id: string;
  status: RunStatus;
  workflowName: string;
}

/** A statement starts at most this much, so that no caller waits long for the others. */
const maxStarts = 200;
const maxStartBytes = 4 * 1024 * 1024;
/** Two, so that the next group is on its way while the database flushes the one before. */
const startLanes = 2;

/** The run store of the use cases on Postgres. The trusted role sees every organisation, so each statement names one. */
export class RunTable {
  readonly #pool: Pool;
  readonly #starts: GroupCommit<string, Started | null>;

  constructor(pool: Pool) {
    this.#pool = pool;
    this.#starts = new GroupCommit({
      write: (runs) => this.#start(runs),
      isRefusal,
      maxItems: maxStarts,
      maxBytes: maxStartBytes,
      lanes: startLanes,
    });
  }

  async insert(run: NewRun, audit: AuditEntry): Promise<Started | null> {
    const { ended, events, ...columns } = run;
    const text = storableJson({ ...columns, status: "queued", ...ended, events: events.map(toEventRow), audit });
    const started = await this.#starts.add(text, text.length);
    // A twin that committed during our statement is not in its snapshot: it is in that of a second one.
    return started === null && run.idempotencyKey !== null ? this.#starts.add(text, text.length) : started;
  }

  async #start(runs: string[]): Promise<(Started | null)[]> {
    const { rows } = await this.#pool.query<Started & { place: string }>({
      name: "start-runs",
      text: `select place, id, status, workflow_name as "workflowName" from public.start_runs($1::jsonb)`,
      values: [`[${runs.join(",")}]`],
    });
    const started: (Started | null)[] = runs.map(() => null);
    for (const { place, ...run } of rows) started[Number(place) - 1] = run;
    return started;
  }

  async get(orgId: string, id: string): Promise<RunRow | null> {
    const { rows } = await this.#pool.query<RunRow>({
      name: "run-get",
      text: `select ${summary}, r.input, private.whole_value(r.id, r.output) as output, r.error, r.input_tokens as "inputTokens",
               r.output_tokens as "outputTokens", r.model_label as "modelLabel", r.priority, r.last_seq as "lastSeq"
             from public.runs r where r.id = $1 and r.org_id = $2`,
      values: [id, orgId],
    });
    return rows[0] ?? null;
  }

  async list(
    orgId: string,
    page: {
      limit: number;
      after: { at: string; id: string } | null;
      status: RunStatus | null;
      workflowId: string | null;
    },
  ): Promise<{ items: RunSummary[]; next: { at: string; id: string } | null }> {
    const { rows } = await this.#pool.query<RunSummary>(
      `select ${summary} from public.runs r
       where r.org_id = $1
         and ($2::timestamptz is null or (r.created_at, r.id) < ($2::timestamptz, $3::uuid))
         and ($4::text is null or r.status = $4) and ($5::uuid is null or r.workflow_id = $5)
       order by r.created_at desc, r.id desc limit $6`,
      [orgId, page.after?.at ?? null, page.after?.id ?? null, page.status, page.workflowId, page.limit + 1],
    );
    return pageOf(rows, page.limit, (row) => row.createdAt);
  }

  async events(orgId: string, runId: string, after: number, limit: number): Promise<RunEvent[]> {
    const { rows } = await this.#pool.query<EventRow>({
      name: "run-events",
      // Events hold whole inputs and outputs, so a page is cut by their stored size too; the first one always comes.
      text: `select seq, at, type, data from (
               select ${eventColumns}, sum(pg_column_size(data)) over (order by seq) - pg_column_size(data) as before
               from public.run_events
               where run_id = $1 and month = ${monthOfRun(1)} and org_id = $2 and seq > $3 order by seq limit $4
             ) as page where before < $5 order by seq`,
      values: [runId, orgId, after, limit, pageBytes],
    });
    return rows.map(fromEventRow);
  }

  async artifact(orgId: string, runId: string, id: string): Promise<{ value: Json } | null> {
    const { rows } = await this.#pool.query<{ value: Json }>({
      name: "run-artifact",
      text: "select value from public.run_artifacts where run_id = $1 and id = $2 and org_id = $3",
      values: [runId, id, orgId],
    });
    return rows[0] ?? null;
  }

  async signal(
    signal: { orgId: string; runId: string; kind: string; payload: JsonObject },
    audit: AuditEntry,
  ): Promise<number> {
    const { rows } = await this.#pool.query<{ id: number }>(
      `with written as (
         insert into public.run_signals (org_id, run_id, kind, payload) values ($1, $2, $3, $4::jsonb) returning id
       ), recorded as (${auditFrom("written", 5)})
       select id from written`,
      [signal.orgId, signal.runId, signal.kind, JSON.stringify(signal.payload), auditParameter(audit)],
    );
    const id = rows[0]?.id;
    if (id === undefined) throw new Error("The signal was not written.");
    return id;
  }

  async armTimer(orgId: string, runId: string, key: string, dueAt: number): Promise<void> {
    await this.#pool.query(
      `insert into public.run_timers (run_id, key, org_id, due_at) values ($1, $2, $3, to_timestamp($4::float8 / 1000))
       on conflict (run_id, key) do nothing`,
      [runId, key, orgId, dueAt],
    );
  }

  async forks(orgId: string, runId: string): Promise<{ forkOf: ForkLink | null; forks: ForkLink[] }> {
    const { rows } = await this.#pool.query<{ forkOf: ForkLink | null; forks: ForkLink[] }>({
      name: "run-forks",
      text: `select r.trigger -> 'forkOf' as "forkOf",
               coalesce((select jsonb_agg(jsonb_build_object('id', f.id, 'at', f.trigger -> 'forkOf' -> 'at') order by f.created_at)
                 from public.runs f where f.trigger ? 'forkOf' and f.trigger -> 'forkOf' ->> 'id' = r.id::text
                   and f.org_id = r.org_id), '[]') as forks
             from public.runs r where r.id = $1 and r.org_id = $2`,
      values: [runId, orgId],
    });
    return rows[0] ?? { forkOf: null, forks: [] };
  }

  async heads(ids: string[]): Promise<{ id: string; lastSeq: number; status: RunStatus }[]> {
    const { rows } = await this.#pool.query<{ id: string; lastSeq: number; status: RunStatus }>({
      name: "run-heads",
      text: `select id, last_seq as "lastSeq", status from public.runs where id = any($1::uuid[])`,
      values: [ids],
    });
    return rows;
  }
}
