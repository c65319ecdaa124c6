import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createOrganization } from "../../supabase/tests/actors.ts";
import { startTestDatabase, type TestDatabase } from "../../supabase/tests/test-database.ts";
import { createRetentionStore } from "./retention.ts";
import "./pool.ts";

let database: TestDatabase;
let orgId: string;
let workflowId: string;

beforeAll(async () => {
  database = await startTestDatabase();
  orgId = await createOrganization(database.pool, "keeper");
  workflowId = randomUUID();
  await database.pool.query(
    "insert into workflows (id, org_id, name, draft, latest_version, published_version) values ($1, $2, 'old', '{}', 1, 1)",
    [workflowId, orgId],
  );
  await database.pool.query(
    "insert into workflow_versions (org_id, workflow_id, version, definition) values ($1, $2, 1, '{}')",
    [orgId, workflowId],
  );
});
afterAll(() => database.stop());

/** A run with one event that began and, where it is over, ended so many days ago. */
async function run(daysAgo: number, status: string, parent: string | null = null): Promise<string> {
  const id = randomUUID();
  const ended = ["completed", "failed", "cancelled"].includes(status);
  await database.pool.query(
    `with run as (insert into runs (id, org_id, workflow_id, version, workflow_name, last_seq, status, parent_run_id, created_at, ended_at)
       values ($1, $2, $3, 1, 'x', 1, $4, $5, now() - make_interval(days => $6), case when $7 then now() - make_interval(days => $6) end))
     insert into run_events (run_id, seq, org_id, at, type, month)
     values ($1, 1, $2, now(), 'run-queued', date_trunc('month', (now() - make_interval(days => $6)) at time zone 'UTC'))`,
    [id, orgId, workflowId, status, parent, daysAgo, ended],
  );
  return id;
}

async function idsOf(sql: string): Promise<string[]> {
  const { rows } = await database.pool.query<{ id: string }>(sql);
  return rows.map(({ id }) => id).toSorted();
}

test("runs that ended long ago go with their journals; open ones and what an open one called stay", async () => {
  const store = createRetentionStore(database.pool);
  const open = await run(90, "waiting");
  const kept = [open, await run(90, "completed", open), await run(3, "failed"), await run(90, "running")];
  const parent = await run(90, "completed");
  for (const status of ["completed", "failed", "cancelled"]) await run(90, status, parent);
  expect(await store.forgetRuns(30, 3)).toBe(3);
  expect(await store.forgetRuns(30, 3)).toBe(1);
  expect(await store.forgetRuns(30, 3)).toBe(0);
  expect(await idsOf("select id from runs")).toEqual(kept.toSorted());
  expect(await idsOf("select run_id as id from run_events")).toEqual(kept.toSorted());
});

test("events of the bus and deliveries go when they are settled and old", async () => {
  const store = createRetentionStore(database.pool);
  const event = (ref: string, daysAgo: number, dispatched: boolean, keepDays: number | null = null) =>
    database.pool.query(
      `insert into bus_events (org_id, ref, name, created_at, dispatched_at, keep_until) values ($1, $2, 'told',
         now() - make_interval(days => $3), case when $4 then now() end, now() + make_interval(days => $5))`,
      [orgId, ref, daysAgo, dispatched, keepDays],
    );
  await Promise.all([
    event("old", 40, true),
    event("held", 40, true, 1),
    event("owed", 40, false),
    event("new", 1, true),
  ]);
  const trigger = randomUUID();
  await database.pool.query(
    "insert into triggers (id, org_id, workflow_id, kind, name, config, next_fire_at) values ($1, $2, $3, 'schedule', 'x', '{}', now())",
    [trigger, orgId, workflowId],
  );
  for (const [key, daysAgo, status] of [
    ["a", 40, "started"],
    ["b", 40, "pending"],
    ["c", 1, "skipped"],
  ])
    await database.pool.query(
      `insert into trigger_deliveries (org_id, trigger_id, key, status, created_at)
       values ($1, $2, $3, $4, now() - make_interval(days => $5))`,
      [orgId, trigger, key, status, daysAgo],
    );
  expect(await store.forgetEvents(30, 100)).toBe(2);
  expect(await idsOf("select ref as id from bus_events")).toEqual(["held", "new", "owed"]);
  expect(await idsOf("select key as id from trigger_deliveries")).toEqual(["b", "c"]);
});
