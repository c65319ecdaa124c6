import type { Json } from "../../engine/json.ts";
import { BatonError } from "../../engine/errors.ts";
import type { JournalBatch, Artifact, RunHeader, RunJournal } from "../../engine/ports/run-journal.ts";
import type { RunEvent } from "../../engine/run/event.ts";
import type { RunStatus } from "../../engine/run/status.ts";
import { z } from "zod";
import { eventColumns, fromEventRow, monthOfRun, toEventRow } from "./event-row.ts";
import type { EventRow } from "./event-row.ts";
import { Gather } from "./gather.ts";
import { GroupCommit, isRefusal } from "./group-commit.ts";
import type { Pool } from "./pool.ts";
import { storableJson, storableText } from "./storable.ts";

/** A statement carries at most this much: enough to fill a commit, little enough to keep it under some ten milliseconds. */
const maxBatches = 200;
const maxBytes = 4 * 1024 * 1024;
/** Two, so that the next group is on its way while the database flushes the one before. */
const lanes = 2;
/** Definitions never change, so the cache needs no expiry; plans are cached above it. */
const cachedDefinitions = 200;

/** Events that are read of many runs at once: small, as a query for fifty runs must stay small. */
const beginningLength = 8;

/** What the database says of itself (no room, no lock, shutting down), not of the turn: the turn is good, and comes again. */
const isOfDatabase = /^(?:25006|40|53|55|57|58)/;

const resultsSchema = z.array(
  z.object({ ok: z.boolean(), code: z.string().nullable(), message: z.string().nullable() }),
);

/** The journal in Postgres. Appends of many runs share statements (see GroupCommit); the fence is `runs.last_seq`. */
export function createRunJournal(pool: Pool): RunJournal {
  const definitions = new Map<string, Json>();
  const commits = new GroupCommit<string, string | null>({
    write: async (batches) => {
      const { rows } = await pool.query<{ results: unknown }>({
        name: "append-run-events",
        text: "select append_run_events_batch($1::jsonb) as results",
        values: [`[${batches.join(",")}]`],
      });
      return resultsSchema.parse(rows[0]?.results).map(({ ok, code }) => (ok ? null : (code ?? "XX000")));
    },
    isRefusal,
    maxItems: maxBatches,
    maxBytes,
    lanes,
  });
  const headers = new Gather((runIds: string[]) => readHeaders(pool, runIds));
  const beginnings = new Gather((runIds: string[]) => readBeginnings(pool, runIds));

  return {
    async append(batch) {
      // Before the events that name them: what an append that is refused leaves behind goes with its run.
      for (const artifact of batch.artifacts ?? []) await keepArtifact(pool, batch.runId, artifact);
      const text = batchJson(batch);
      const refused = await commits.add(text, text.length);
      if (refused === null) return "appended";
      if (refused === "BT001") return "fenced";
      if (refused === "BT002") return "missing";
      if (isOfDatabase.test(refused)) {
        throw Object.assign(new Error(`The database could not take a turn of run ${batch.runId}.`), { code: refused });
      }
      throw new BatonError("INTERNAL", `The journal refused a turn of run ${batch.runId} (SQLSTATE ${refused}).`);
    },

    header: (runId) => headers.get(runId),

    async read(runId, afterSeq, limit) {
      if (afterSeq === 0) {
        const beginning = await beginnings.get(runId);
        if (beginning === null) return [];
        // Most runs are begun when they have one event; those that are longer are read on their own.
        if (beginning.lastSeq <= beginning.events.length) return beginning.events.slice(0, limit);
      }
      const { rows } = await pool.query<EventRow>({
        name: "read-run-events",
        text: `select ${eventColumns} from run_events where run_id = $1 and month = ${monthOfRun(1)} and seq > $2 order by seq limit $3`,
        values: [runId, afterSeq, limit],
      });
      return rows.map(fromEventRow);
    },

    async event(runId, seq) {
      const { rows } = await pool.query<EventRow>({
        name: "read-run-event",
        text: `select ${eventColumns} from run_events where run_id = $1 and month = ${monthOfRun(1)} and seq = $2`,
        values: [runId, seq],
      });
      return rows[0] === undefined ? null : fromEventRow(rows[0]);
    },

    async artifacts(runId, ids) {
      const { rows } = await pool.query<{ id: string; value: Json }>({
        name: "read-run-artifacts",
        text: "select id, value from run_artifacts where run_id = $1 and id = any ($2)",
        values: [runId, ids],
      });
      return new Map(rows.map(({ id, value }) => [id, value]));
    },

    async definition(workflowId, version) {
      const key = `${workflowId}@${version}`;
      const known = definitions.get(key);
      if (known !== undefined) return known;
      const { rows } = await pool.query<{ definition: Json }>({
        name: "read-definition",
        text: "select definition from workflow_versions where workflow_id = $1 and version = $2",
        values: [workflowId, version],
      });
      const definition = rows[0]?.definition;
      if (definition === undefined) return null;
      if (definitions.size >= cachedDefinitions) definitions.delete(definitions.keys().next().value ?? "");
      definitions.set(key, definition);
      return definition;
    },
  };
}

/** Nothing is kept for a run that is gone: its append is told so. */
async function keepArtifact(pool: Pool, runId: string, { id, json }: Artifact): Promise<void> {
  await pool.query({
    name: "keep-run-artifact",
    text: `insert into run_artifacts (run_id, id, org_id, value)
      select r.id, $2, r.org_id, $3::json from runs r where r.id = $1 on conflict do nothing`,
    values: [runId, id, storableText(json)],
  });
}

/** The batch as append_run_events_batch reads it: times are epoch ms, the patch names columns. */
function batchJson(batch: JournalBatch): string {
  const { patch, timers, approvals } = batch;
  const columns = {
    status: patch.status,
    started_at: patch.startedAt,
    ended_at: patch.endedAt,
    output: patch.output,
    error: patch.error,
    cost_usd: patch.costUsd,
    input_tokens: patch.inputTokens,
    output_tokens: patch.outputTokens,
    model_label: patch.modelLabel,
  };
  return storableJson({
    runId: batch.runId,
    afterSeq: batch.afterSeq,
    events: batch.events.map(toEventRow),
    patch: Object.keys(patch).length === 0 ? undefined : columns,
    timers: timers.arm.length + timers.disarm.length === 0 ? undefined : timers,
    approvals:
      approvals.open.length + approvals.close.length === 0
        ? undefined
        : { open: approvals.open.map(approvalColumns), close: approvals.close },
    listeners: batch.listeners,
    calls: batch.calls,
    signals: batch.signals.length === 0 ? undefined : batch.signals,
  });
}

function approvalColumns({ request, deadline, ...approval }: JournalBatch["approvals"]["open"][number]): object {
  const { deadlineMs, fields, ...columns } = request;
  return { ...approval, ...columns, requiredFields: fields, deadlineAt: deadline, createdAt: deadline - deadlineMs };
}

/** The first events of each run, and how many it has. */
async function readBeginnings(
  pool: Pool,
  runIds: string[],
): Promise<Map<string, { events: RunEvent[]; lastSeq: number }>> {
  const { rows } = await pool.query<EventRow & { run_id: string; last_seq: number }>({
    name: "read-run-beginnings",
    text: `select e.run_id, r.last_seq, ${eventColumns} from runs r join run_events e on e.run_id = r.id and e.month = r.month
      where r.id = any ($1::uuid[]) and e.seq <= ${beginningLength} order by e.run_id, e.seq`,
    values: [runIds],
  });
  const found = new Map<string, { events: RunEvent[]; lastSeq: number }>();
  for (const row of rows) {
    const known = found.get(row.run_id);
    if (known === undefined) found.set(row.run_id, { events: [fromEventRow(row)], lastSeq: row.last_seq });
    else known.events.push(fromEventRow(row));
  }
  return found;
}

interface HeaderRow {
  id: string;
  org_id: string;
  workflow_id: string;
  version: number;
  priority: number;
  last_seq: number;
  status: RunStatus;
}

async function readHeaders(pool: Pool, runIds: string[]): Promise<Map<string, RunHeader>> {
  const { rows } = await pool.query<HeaderRow>({
    name: "read-run-headers",
    text: "select id, org_id, workflow_id, version, priority, last_seq, status from runs where id = any ($1::uuid[])",
    values: [runIds],
  });
  return new Map(
    rows.map((row) => [
      row.id,
      {
        runId: row.id,
        orgId: row.org_id,
        workflowId: row.workflow_id,
        version: row.version,
        priority: row.priority,
        lastSeq: row.last_seq,
        status: row.status,
      },
    ]),
  );
}
