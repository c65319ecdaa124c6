// Two schedulers side by side, one killed in the middle of its work: no moment is lost, and none fires twice.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { WorkflowFileInput } from "../../engine/workflow/file.ts";
import { startWorld, type World } from "./world.ts";

const schedules = 25;
const missed = 12;

const file: WorkflowFileInput = {
  schemaVersion: 1,
  name: "On time",
  nodes: [{ id: "start", type: "start" }],
  edges: [],
};

let world: World;

beforeAll(async () => {
  world = await startWorld();
}, 120_000);
afterAll(async () => {
  await world.stop();
});

async function addSchedules(workflow: string): Promise<string[]> {
  const ids = Array.from({ length: schedules }, () => randomUUID());
  const config = { cron: "* * * * *", timeZone: "Europe/Berlin", catchUp: "all", catchUpMost: missed, input: {} };
  await world.pool.query(
    `insert into triggers (id, org_id, workflow_id, kind, name, config, next_fire_at)
     select t.id, w.org_id, w.id, 'schedule', 'Each minute', $3::jsonb, date_trunc('minute', now()) - interval '${missed - 1} minutes'
     from unnest($1::uuid[]) as t (id), workflows w where w.id = $2`,
    [ids, workflow, JSON.stringify(config)],
  );
  return ids;
}

async function count(sql: string, values: unknown[]): Promise<number> {
  const { rows } = await world.pool.query<{ n: number }>(sql, values);
  return Number(rows[0]?.n);
}

test("each moment of each schedule starts exactly one run", async () => {
  const workflow = await world.addWorkflow(file);
  const [doomed] = await Promise.all([world.startWorker(), world.startWorker()]);
  const ids = await addSchedules(workflow);
  const runs = (): Promise<number> =>
    count("select count(*) as n from runs where trigger ->> 'triggerId' = any($1)", [ids]);
  await world.until(async () => (await runs()) > 20);
  await doomed.kill();
  const inTheMiddle = await runs();
  expect(inTheMiddle).toBeLessThan(schedules * missed);

  const completed = "select count(*) as n from runs where trigger ->> 'triggerId' = any($1) and status = 'completed'";
  await world.until(async () => (await count(completed, [ids])) >= schedules * missed, 60_000);
  // Switched off, no further minute fires while it is counted. Minutes that passed before count as well.
  await world.pool.query("update triggers set enabled = false where id = any($1::uuid[])", [ids]);
  const pending =
    "select count(*) as n from trigger_deliveries where trigger_id = any($1::uuid[]) and status = 'pending'";
  await world.until(async () => (await count(pending, [ids])) === 0, 30_000);
  const { rows } = await world.pool.query<{ moments: number; runs: number; deliveries: number; wrong: number }>(
    `select count(distinct (d.trigger_id, d.key))::int as moments, count(d.*)::int as deliveries, count(r.*)::int as runs,
       count(*) filter (where r.trigger ->> 'key' is distinct from d.key)::int as wrong
     from trigger_deliveries d left join runs r on r.id = d.run_id where d.trigger_id = any($1::uuid[])`,
    [ids],
  );
  const found = rows[0]!;
  expect(found.moments).toBeGreaterThanOrEqual(schedules * missed);
  expect(found).toMatchObject({ deliveries: found.moments, runs: found.moments, wrong: 0 });
  expect(await runs()).toBe(found.moments);
  const gaps = await count(
    `select count(*) as n from (
       select key::timestamptz - lag(key::timestamptz) over (partition by trigger_id order by key::timestamptz) as step
       from trigger_deliveries where trigger_id = any($1::uuid[])) as steps where step <> interval '1 minute'`,
    [ids],
  );
  expect(gaps).toBe(0);
}, 180_000);
