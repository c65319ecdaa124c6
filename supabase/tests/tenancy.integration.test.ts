// Every table, as everybody who might knock. A table without a row in the matrix fails the last test.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  actAs,
  attempt,
  createArtifact,
  createOrganization,
  createRun,
  createWorkflow,
  createWorld,
  join,
  type Actor,
  type World,
} from "./actors.ts";
import { matrix } from "./matrix.ts";
import { startTestDatabase, type TestDatabase } from "./test-database.ts";

let database: TestDatabase;
let world: World;

beforeAll(async () => {
  database = await startTestDatabase();
  world = await createWorld(database.pool);
  await createArtifact(database.pool, world.org, world.rows.run);
  await createArtifact(database.pool, world.foreignOrg, world.foreignRows.run);
});
afterAll(async () => {
  await database?.stop();
});

const members: Actor[] = ["owner", "admin", "builder", "operator", "approver", "viewer"];
const everybody: Actor[] = [...members, "stranger", "anonymous"];
const denied = "42501";

function userOf(actor: Actor): string | null {
  return actor === "anonymous" ? null : world.users[actor];
}

describe.each(Object.entries(matrix))("%s", (table, rule) => {
  it.each(everybody)("reading as %s", async (actor) => {
    const columns = rule.columns ?? "*";
    await actAs(database.pool, userOf(actor), async (client) => {
      const readable = actor !== "anonymous" && rule.read === "members";
      const own = await attempt(
        client,
        `select ${columns} from ${table} where ${readable ? rule.mine : "$1::uuid is not null"}`,
        [world.org],
      );
      if (!readable) return expect(own).toBe(denied);
      if (actor === "stranger") expect(own).toBe(0);
      else expect(own).toBeGreaterThan(0);
      const foreign = await attempt(client, `select ${columns} from ${table} where ${rule.mine}`, [world.foreignOrg]);
      if (actor === "stranger") expect(foreign).toBeGreaterThan(0);
      else expect(foreign).toBe(0);
    });
  });

  it.each(everybody)("writing as %s", async (actor) => {
    for (const { sql, allowed } of rule.writes) {
      const statement = sql(world);
      await actAs(database.pool, userOf(actor), async (client) => {
        const result = await attempt(client, statement);
        if (allowed.includes(actor)) expect(result, statement).toBe(1);
        else expect([denied, 0], `${actor}: ${statement}`).toContain(result);
        if (actor === "anonymous") expect(result, statement).toBe(denied);
      });
    }
  });
});

it("has a rule for every table", async () => {
  const { rows } = await database.pool.query<{ relname: string }>(
    "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm')",
  );
  expect(rows.map((row) => row.relname).toSorted()).toEqual(Object.keys(matrix).toSorted());
});

it("home's numbers and latest runs count what their asker may see", async () => {
  for (const actor of everybody) {
    await actAs(database.pool, userOf(actor), async (client) => {
      const numbers = "select * from run_numbers($1, 14, 'Europe/Berlin')";
      const latest = "select * from latest_runs(array[$1::uuid])";
      const seen = actor === "anonymous" ? denied : actor === "stranger" ? 0 : 1;
      expect(await attempt(client, numbers, [world.org]), actor).toBe(seen);
      expect(await attempt(client, latest, [world.rows.workflow]), actor).toBe(seen);
    });
  }
});

it("home's numbers fall on days of the asker's calendar; all but the dearest workflows are one row a day", async () => {
  const { pool } = database;
  const org = await createOrganization(pool, "numbers");
  await join(pool, org, world.newcomer, "viewer");
  for (const cost of [3, 2, 1]) {
    const workflow = await createWorkflow(pool, org);
    const run = await createRun(pool, org, workflow);
    await pool.query("update runs set status = 'completed', cost_usd = $2, created_at = '2026-01-01' where id = $1", [
      run,
      cost,
    ]);
    const today = await createRun(pool, org, workflow);
    // Half past eleven of an evening in UTC is tomorrow in Auckland.
    await pool.query(
      "update runs set status = 'failed', cost_usd = $2, created_at = date_trunc('day', now() at time zone 'utc') at time zone 'utc' - interval '30 minutes' where id = $1",
      [today, cost],
    );
  }
  await actAs(pool, world.newcomer, async (client) => {
    const asked = async (zone: string) =>
      (
        await client.query<{ day: string; workflow_id: string | null; failed: string; cost_usd: string }>(
          "select day::text, workflow_id, failed, cost_usd from run_numbers($1, 7, $2, 2) order by cost_usd desc, workflow_id",
          [org, zone],
        )
      ).rows;
    const utc = await asked("UTC");
    expect(utc.map((row) => [row.workflow_id === null, Number(row.failed), Number(row.cost_usd)])).toEqual([
      [false, 1, 3],
      [false, 1, 2],
      [true, 1, 1],
    ]);
    expect((await asked("Pacific/Auckland"))[0]!.day > utc[0]!.day).toBe(true);
  });
});

it("worker functions are refused to everybody who comes by the data API", async () => {
  for (const actor of everybody) {
    await actAs(database.pool, userOf(actor), async (client) => {
      const calls = [
        `select append_run_events('${world.rows.run}', 1, '[]')`,
        "select append_run_events_batch('[]')",
        "select * from claim_due_timers(10)",
        `select pin_agent('${world.rows.run}', '${world.org}', '${world.rows.agent}')`,
        "select * from dispatch_events(10)",
        `select decide_approval('${world.rows.approval}', '${world.org}', 'approve', null, null, 'user', null, 'x', 'app', null, null)`,
        `select delegate_approval('${world.rows.approval}', '${world.org}', '${world.org}', null, 'user', null, 'x', null, null)`,
        "select accept_invitation('\\x00', null, null, null)",
        `select expire_approval('${world.rows.approval}')`,
      ];
      for (const call of calls) expect(await attempt(client, call), `${actor}: ${call}`).toBe(denied);
    });
  }
});
