// What the database keeps true by itself: evidence does not change, tenants do not mix, a key starts one run.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createOrganization, createRun, createWorkflow, journal } from "./actors.ts";
import { startTestDatabase, type TestDatabase } from "./test-database.ts";

let database: TestDatabase;
let org: string;
let workflow: string;
let run: string;

beforeAll(async () => {
  database = await startTestDatabase();
  org = await createOrganization(database.pool, "acme");
  workflow = await createWorkflow(database.pool, org);
});
beforeEach(async () => {
  run = await createRun(database.pool, org, workflow);
});
afterAll(async () => {
  await database?.stop();
});

describe("rows that are evidence", () => {
  it("cannot be changed or taken out, not by the trusted roles either", async () => {
    await database.pool.query("select append_run_events($1, 0, $2)", [run, journal(1, 1)]);
    await database.pool.query(
      "insert into audit_log (org_id, actor_kind, actor_label, action, target_kind, target_id) values ($1, 'system', 's', 'a', 'run', 'r')",
      [org],
    );
    for (const statement of [
      "update workflow_versions set definition = '{}'",
      "delete from workflow_versions",
      "update run_events set data = '{}'",
      "delete from run_events",
      "update audit_log set action = 'x'",
      "delete from audit_log",
      "truncate audit_log",
    ]) {
      await expect(database.pool.query(statement), statement).rejects.toMatchObject({ code: "BT011" });
      const client = await database.pool.connect();
      await client.query("begin; set local role service_role");
      await expect(client.query(statement), statement).rejects.toMatchObject({ code: "42501" });
      await client.query("rollback");
      client.release();
    }
  });

  it("go with the run they belong to", async () => {
    const timers = '{"arm":[{"key":"a","dueAt":1}]}';
    await database.pool.query("select append_run_events($1, 0, $2, null, $3)", [run, journal(1, 5), timers]);
    await database.pool.query("delete from runs where id = $1", [run]);
    for (const table of ["run_events", "run_timers"]) {
      expect((await database.pool.query(`select 1 from ${table} where run_id = $1`, [run])).rows).toEqual([]);
    }
  });

  it("are written by the append functions alone, and runs are of their workflow's organisation", async () => {
    const client = await database.pool.connect();
    await client.query("begin; set local role service_role");
    const insert = "insert into run_events (run_id, seq, org_id, at, type) values ($1, 1, $2, now(), 'x')";
    await expect(client.query(insert, [run, org])).rejects.toMatchObject({ code: "42501" });
    await client.query("rollback");
    client.release();
    const other = await createOrganization(database.pool, "umbrella");
    await expect(createRun(database.pool, other, workflow)).rejects.toMatchObject({ code: "23503" });
  });

  it("start a run once for one idempotency key of an organisation", async () => {
    const insert = `insert into runs (org_id, workflow_id, version, workflow_name, idempotency_key) values ($1, $2, 1, 'Flow', 'k')
      on conflict (org_id, idempotency_key) where idempotency_key is not null do nothing returning id`;
    const results = await Promise.all(
      Array.from({ length: 20 }, async () => database.pool.query(insert, [org, workflow])),
    );
    expect(results.reduce((n, r) => n + r.rows.length, 0)).toBe(1);
  });
});
