// The journal's parts by month: nothing is lost on the way into them, nobody reads them by name, reads open one of them, and a month
// whose runs are all past their retention goes whole.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRetentionStore } from "./retention.ts";
import { createRunJournal } from "./journal.ts";
import "./pool.ts";
import { actAs, attempt, createRun, createWorld, journal, type World } from "../../supabase/tests/actors.ts";
import { migrateFrom, startTestDatabase, type TestDatabase } from "../../supabase/tests/test-database.ts";

let database: TestDatabase;
let world: World;
/** Runs that were there before the parts were: one of last winter, one of the month before last, one of now. */
let earlier: string[];
const ages = ["2025-12-31 23:59:59+00", "now() - interval '2 months'", "now()"];

beforeAll(async () => {
  database = await startTestDatabase("20261121140001");
  world = await createWorld(database.pool);
  earlier = [];
  for (const age of ages) earlier.push(await oldRun(age.startsWith("now") ? age : `'${age}'`, 6));
  await migrateFrom(database, "20261121140001");
});
afterAll(async () => {
  await database?.stop();
});

/** A run that was created then, with so many events and, if it is over, its end at that time. */
async function oldRun(createdAt: string, events: number, status: string = "completed"): Promise<string> {
  const run = await createRun(database.pool, world.org, world.rows.workflow);
  await database.pool.query(
    `update runs set created_at = ${createdAt}, status = $2, ended_at = case when $2 = 'waiting' then null else (${createdAt})::timestamptz end where id = $1`,
    [run, status],
  );
  await database.pool.query("select append_run_events($1, 0, $2)", [run, journal(1, events)]);
  return run;
}

async function values<T>(sql: string, parameters: unknown[] = []): Promise<T[]> {
  const { rows } = await database.pool.query<{ value: T }>(sql, parameters);
  return rows.map(({ value }) => value);
}

const partsOf = (run: string) =>
  values<string>("select distinct tableoid::regclass::text as value from run_events where run_id = $1", [run]);
const monthName = (sql: string) =>
  values<string>(`select 'private.run_events_' || to_char((${sql}) at time zone 'UTC', 'YYYY_MM') as value`);
const partNames = () =>
  values<string>("select inhrelid::regclass::text as value from pg_inherits where inhparent = 'run_events'::regclass");

describe("the way into the months", () => {
  it("loses nothing: each journal lies whole in the month of its run", async () => {
    for (const [index, run] of earlier.entries()) {
      expect(await values("select seq as value from run_events where run_id = $1 order by seq", [run])).toHaveLength(6);
      const expected = await monthName(index === 0 ? "timestamptz '2025-12-15'" : ages[index]!);
      expect(await partsOf(run)).toEqual(expected);
    }
  });

  it("has parts for this month and the two that follow, and a second time makes none", async () => {
    const ahead = await Promise.all(
      [0, 1, 2].map((n) => monthName(`(date_trunc('month', now()) + interval '${n} months')`)),
    );
    expect(await partNames()).toEqual(expect.arrayContaining(ahead.flat()));
    expect(await createRetentionStore(database.pool).openMonths()).toBe(0);
  });

  it("goes on for runs that began before: what is appended now lies with the rest of its run", async () => {
    const [run] = earlier;
    await database.pool.query("select append_run_events($1, 6, $2)", [run, journal(7, 3)]);
    expect(await partsOf(run!)).toEqual(["private.run_events_2025_12"]);
    expect(await values("select seq as value from run_events where run_id = $1", [run])).toHaveLength(9);
  });
});

describe("the parts", () => {
  it("are read by nobody by their names, though members read the journal", async () => {
    const actors = [world.users.owner, world.users.viewer, world.users.stranger, null];
    for (const part of [...(await partNames()), "private.journal_months"])
      for (const user of actors)
        await actAs(database.pool, user, async (client) => {
          for (const sql of [`select 1 from ${part}`, `insert into ${part} default values`, `delete from ${part}`])
            expect(await attempt(client, sql), sql).toBe("42501");
        });
    const seen = (user: string | null) =>
      actAs(database.pool, user, (client) =>
        attempt(client, "select 1 from run_events where run_id = $1", [earlier[1]]),
      );
    expect(await seen(world.users.viewer)).toBe(6);
    expect(await seen(world.users.stranger)).toBe(0);
    expect(await seen(null)).toBe("42501");
  });

  it("have row-level security, a fence of their own, and rows that do not change", async () => {
    for (const part of await partNames()) {
      expect(
        await values("select relrowsecurity and relforcerowsecurity as value from pg_class where oid = $1::regclass", [
          part,
        ]),
      ).toEqual([true]);
      expect(
        await values(
          "select pg_get_constraintdef(oid) as value from pg_constraint where conrelid = $1::regclass and contype = 'p'",
          [part],
        ),
      ).toEqual(["PRIMARY KEY (run_id, seq)"]);
    }
    const [run] = earlier;
    const again =
      "insert into run_events (run_id, seq, org_id, at, type, month) values ($1, 1, $2, now(), 'x', '2025-12-01')";
    await expect(database.pool.query(again, [run, world.org])).rejects.toMatchObject({ code: "23505" });
    await expect(database.pool.query("delete from private.run_events_2025_12")).rejects.toMatchObject({
      code: "BT011",
    });
    const move = "update runs set created_at = now() where id = $1";
    await expect(database.pool.query(move, [run])).rejects.toMatchObject({ code: "BT011" });
  });

  it("are opened one at a time by the reads of the product", async () => {
    const [run] = earlier;
    const statements: string[] = [];
    const pool = Object.assign(Object.create(database.pool), {
      query: (query: { text: string; values: unknown[] }) => {
        statements.push(query.text);
        return database.pool.query(query);
      },
    }) as TestDatabase["pool"];
    const reader = createRunJournal(pool);
    expect(await reader.read(run!, 0, 100)).toHaveLength(9);
    expect(await reader.event(run!, 2)).not.toBeNull();
    expect(statements.filter((text) => text.includes("run_events"))).toHaveLength(3);
    for (const text of statements) {
      const plan = await plannedFor(text, run!);
      if (text.includes("run_events")) expect(opened(plan)).toEqual(["run_events_2025_12"]);
    }
  });

  it("take in, when they come late, what was journalled in the meantime", async () => {
    const run = await oldRun("'2020-05-05'", 4);
    expect(await partsOf(run)).toEqual(["private.run_events_rest"]);
    expect(await values("select private.open_journal_month('2020-05-01') as value")).toEqual([true]);
    expect(await partsOf(run)).toEqual(["private.run_events_2020_05"]);
    expect(await values("select seq as value from run_events where run_id = $1", [run])).toHaveLength(4);
    const guard = "select tgenabled as value from pg_trigger where tgrelid = 'private.run_events_rest'::regclass";
    expect(await values(guard)).toEqual(["O"]);
  });
});

describe("retention", () => {
  it("drops a month whose runs may all go, and goes run by run where one has to stay", async () => {
    const store = createRetentionStore(database.pool);
    const stays = await oldRun("now() - interval '2 months'", 5, "waiting");
    await store.closeMonths(20);
    expect(
      await values("select to_char(month, 'YYYY-MM') as value from private.journal_months where closing order by 1"),
    ).toEqual(["2020-05", "2025-12"]);
    expect(await store.forgetRuns(20, 2)).toBe(2);
    expect(await store.forgetRuns(20, 2)).toBe(1);
    expect(await store.forgetRuns(20, 2)).toBe(0);
    const parts = await partNames();
    expect(parts).not.toContain("private.run_events_2020_05");
    expect(parts).not.toContain("private.run_events_2025_12");
    expect(parts).toEqual(expect.arrayContaining(await partsOf(stays)));
    expect(await values("select seq as value from run_events where run_id = $1", [stays])).toHaveLength(5);
    expect(await orphans()).toEqual([]);
  });

  it("keeps the journal of a run that was asked for again while its month was closing, and nothing of the others", async () => {
    const store = createRetentionStore(database.pool);
    await database.pool.query("select private.open_journal_month('2019-03-01')");
    const [again] = [await oldRun("'2019-03-03'", 4, "failed"), await oldRun("'2019-03-04'", 4)];
    await store.closeMonths(20);
    await database.pool.query("update runs set status = 'running', ended_at = null where id = $1", [again]);
    expect(await store.forgetRuns(20, 50)).toBe(1);
    expect(await values("select seq as value from run_events where run_id = $1", [again])).toHaveLength(4);
    expect(await orphans()).toEqual([]);
    expect(await values("select closing as value from private.journal_months where month = '2019-03-01'")).toEqual([
      false,
    ]);
    await expect(database.pool.query("delete from private.run_events_2019_03")).rejects.toMatchObject({
      code: "BT011",
    });
    await database.pool.query("update runs set status = 'completed', ended_at = created_at where id = $1", [again]);
    await store.closeMonths(20);
    expect(await store.forgetRuns(20, 50)).toBe(1);
    expect(await partNames()).not.toContain("private.run_events_2019_03");
  });

  const orphans = () =>
    values("select run_id as value from run_events e where not exists (select 1 from runs r where r.id = e.run_id)");
});

interface PlanNode {
  "Relation Name"?: string;
  "Actual Loops"?: number;
  Plans?: PlanNode[];
}

/** How a statement ran, with the values its kind takes. */
async function plannedFor(text: string, run: string): Promise<PlanNode> {
  const list = text.includes("any ($1");
  const parameters = [list ? [run] : run, 1, 10].slice(
    0,
    (text.match(/\$\d/g) ?? []).map((p) => Number(p[1])).reduce((a, b) => Math.max(a, b), 0),
  );
  const { rows } = await database.pool.query<{ "QUERY PLAN": [{ Plan: PlanNode }] }>(
    `explain (analyze, format json) ${text}`,
    parameters,
  );
  return rows[0]!["QUERY PLAN"][0].Plan;
}

/** The parts of the journal that were touched. */
function opened(node: PlanNode): string[] {
  const name = node["Relation Name"];
  const own = name?.startsWith("run_events") === true && (node["Actual Loops"] ?? 0) > 0 ? [name] : [];
  return [...new Set([...own, ...(node.Plans ?? []).flatMap(opened)])];
}
