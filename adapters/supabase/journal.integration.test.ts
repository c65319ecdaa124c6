import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestDatabase } from "../../supabase/tests/test-database.ts";
import type { TestDatabase } from "../../supabase/tests/test-database.ts";
import { createOrganization } from "../../supabase/tests/actors.ts";
import type { Json } from "../../engine/json.ts";
import type { JournalBatch } from "../../engine/ports/run-journal.ts";
import { runJournalSuite } from "../conformance/run-journal.suite.ts";
import { runSweepSuite } from "../conformance/run-sweep.suite.ts";
import { createRunJournal } from "./journal.ts";
// For the way in which it has whole numbers read.
import "./pool.ts";
import type { Pool } from "./pool.ts";
import { createStoreClock } from "./clock.ts";
import { createRunSweep } from "./sweep.ts";

let database: TestDatabase;
let pool: Pool;
let orgId: string;

beforeAll(async () => {
  database = await startTestDatabase();
  pool = database.pool;
  orgId = await createOrganization(database.pool, "journal");
});
afterAll(async () => {
  await database.stop();
});

async function newRun(definition: Json = {}): Promise<{ runId: string; orgId: string; workflowId: string }> {
  const [runId, workflowId] = [randomUUID(), randomUUID()];
  const text = JSON.stringify(definition);
  await pool.query("insert into workflows (id, org_id, name, draft, latest_version) values ($1, $2, 'x', $3, 1)", [
    workflowId,
    orgId,
    text,
  ]);
  await pool.query("insert into workflow_versions (org_id, workflow_id, version, definition) values ($1, $2, 1, $3)", [
    orgId,
    workflowId,
    text,
  ]);
  await pool.query(
    "insert into runs (id, org_id, workflow_id, version, workflow_name, last_seq) values ($1, $2, $3, 1, 'x', 1)",
    [runId, orgId, workflowId],
  );
  const data = { input: {}, workflowId, version: 1, by: { kind: "system", id: null, label: "test" }, trigger: "api" };
  await pool.query(
    "insert into run_events (run_id, seq, org_id, at, type, data) values ($1, 1, $2, now(), 'run-queued', $3)",
    [runId, orgId, JSON.stringify(data)],
  );
  return { runId, orgId, workflowId };
}

runJournalSuite("Postgres", () => ({
  journal: createRunJournal(pool),
  newRun,
  async approvals(runId) {
    const query = "select status from approvals where run_id = $1 order by created_at";
    return (await pool.query<{ status: string }>(query, [runId])).rows.map(({ status }) => status);
  },
}));

runSweepSuite("Postgres", () => ({
  journal: createRunJournal(pool),
  sweep: createRunSweep(pool),
  newRun,
  newApprovalId: randomUUID,
  async age(runId, ms) {
    await pool.query("update runs set updated_at = updated_at - $2 * interval '1 millisecond' where id = $1", [
      runId,
      ms,
    ]);
    await pool.query(
      "update run_timers set claimed_at = claimed_at - $2 * interval '1 millisecond' where run_id = $1",
      [runId, ms],
    );
  },
  async addSignal(runId, kind, payload) {
    const { rows } = await pool.query<{ id: number }>(
      "insert into run_signals (org_id, run_id, kind, payload) values ($1, $2, $3, $4) returning id",
      [orgId, runId, kind, JSON.stringify(payload)],
    );
    return rows[0]?.id ?? 0;
  },
}));

test("appends of many runs that are asked for together share statements", async () => {
  const runs = await Promise.all(Array.from({ length: 100 }, () => newRun()));
  let statements = 0;
  const counting = Object.assign(Object.create(pool) as Pool, {
    query: (...args: Parameters<Pool["query"]>) => {
      statements += 1;
      return pool.query(...args);
    },
  });
  const journal = createRunJournal(counting);
  const results = await Promise.all(
    runs.map(({ runId }) =>
      journal.append({
        runId,
        afterSeq: 1,
        events: [{ seq: 2, at: Date.now(), type: "run-started" }],
        patch: { status: "running", startedAt: Date.now() },
        timers: { arm: [{ key: "run-timeout", dueAt: Date.now() + 60_000 }], disarm: [] },
        approvals: { open: [], close: [] },
        signals: [],
      }),
    ),
  );
  expect(new Set(results)).toEqual(new Set(["appended"]));
  expect(statements).toBeLessThanOrEqual(3);
});

test("a turn that the database has no room for is not refused: the error says what it is, and the turn comes again", async () => {
  const journal = createRunJournal(pool);
  const { runId } = await newRun();
  const append = () =>
    journal.append({
      runId,
      afterSeq: 1,
      events: [{ seq: 2, at: Date.now(), type: "run-started" }],
      patch: {},
      timers: { arm: [], disarm: [] },
      approvals: { open: [], close: [] },
      signals: [],
    });
  await pool.query(`create function public.full_disk() returns trigger language plpgsql as
    $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$;`);
  await pool.query(
    "create trigger full_disk before insert on run_events for each row execute function public.full_disk()",
  );
  await expect(append()).rejects.toMatchObject({ code: "53100" });
  await pool.query("drop trigger full_disk on run_events");
  expect(await append()).toBe("appended");
});

test("the run's row shows what the patch says, and a retry takes the end back", async () => {
  const journal = createRunJournal(pool);
  const { runId } = await newRun();
  const append = (afterSeq: number, patch: object) =>
    journal.append({
      runId,
      afterSeq,
      events: [],
      patch,
      timers: { arm: [], disarm: [] },
      approvals: { open: [], close: [] },
      signals: [],
    });
  const row = async () => {
    const { rows } = await pool.query(
      "select status, output, error, cost_usd, input_tokens, model_label, ended_at from runs where id = $1",
      [runId],
    );
    return rows[0] as unknown;
  };
  const error = { code: "INTERNAL" as const, message: "m", retryable: false };
  await append(1, {
    status: "failed",
    endedAt: 1_700_000_000_000,
    error,
    costUsd: 0.25,
    inputTokens: 12,
    modelLabel: "demo",
  });
  expect(await row()).toMatchObject({
    status: "failed",
    error,
    cost_usd: 0.25,
    input_tokens: 12,
    model_label: "demo",
    ended_at: new Date(1_700_000_000_000),
  });
  await append(1, { status: "running", endedAt: null, error: null });
  expect(await row()).toMatchObject({ status: "running", error: null, ended_at: null });
  await append(1, { status: "completed", endedAt: 1_700_000_000_001, output: { a: [1] } });
  expect(await row()).toMatchObject({ status: "completed", output: { a: [1] } });
});

test("the clock tells the database's time", async () => {
  const clock = createStoreClock(pool);
  await clock.adjust();
  const { rows } = await pool.query<{ now: number }>(
    "select (extract(epoch from clock_timestamp()) * 1000)::float8 as now",
  );
  expect(Math.abs(clock.now() - (rows[0]?.now ?? 0))).toBeLessThan(2_000);
});

test("events do not come without the value they name", async () => {
  const journal = createRunJournal(pool);
  const { runId } = await newRun();
  const stands = { $artifact: "a".repeat(64), bytes: 300_000, kind: "text", length: 3 };
  const batch: JournalBatch = {
    runId,
    afterSeq: 1,
    events: [{ seq: 2, at: 1_700_000_000_000, type: "step-completed", step: "a", attempt: 1, output: stands }],
    patch: {},
    timers: { arm: [], disarm: [] },
    approvals: { open: [], close: [] },
    artifacts: [{ id: "a name that the table refuses", value: "x", json: '"x"' }],
    signals: [],
  };
  await expect(journal.append(batch)).rejects.toThrow("run_artifacts");
  expect(await journal.read(runId, 1, 10)).toEqual([]);
});
