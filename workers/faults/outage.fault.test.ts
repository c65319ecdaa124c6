import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Decision } from "../../engine/run/event.ts";
import { startWorld } from "./world.ts";
import type { WorkerHandle, World } from "./world.ts";
import { callingWorkflow, computingWorkflow, decidingWorkflow } from "./workflows.ts";

let world: World;
const alive: WorkerHandle[] = [];

beforeAll(async () => {
  world = await startWorld();
});
afterEach(async () => {
  await Promise.all(alive.splice(0).map((worker) => worker.kill()));
});
afterAll(async () => {
  await world.stop();
});

function child(name: string): World["stack"]["children"][number] {
  const found = world.stack.children.find((each) => each.name === name);
  if (found === undefined) throw new Error(`The stack has no ${name}.`);
  return found;
}

async function approvalOf(run: string): Promise<string> {
  return world.until(async () => {
    const { rows } = await world.pool.query<{ id: string }>("select id from approvals where run_id = $1", [run]);
    return rows[0]?.id;
  });
}

async function decide(approval: string): Promise<string> {
  const { rows } = await world.pool.query<{ result: { outcome: string } }>(
    `select decide_approval($1, (select org_id from approvals where id = $1), 'approve', null, '{}', 'user', $2, 'Ada', 'api', null, null) as result`,
    [approval, randomUUID()],
  );
  return rows[0]?.result.outcome ?? "missing";
}

test("FLUSHALL in the middle of runs loses nothing", async () => {
  alive.push(await world.startWorker());
  const workflow = await world.addWorkflow(callingWorkflow(world.recorder.url, 150));
  const runs = await Promise.all(Array.from({ length: 10 }, (_, n) => world.startRun(workflow, { n })));
  await world.until(() => world.recorder.requests.length >= 12);
  await world.redis.flushall();
  for (const run of runs) {
    const events = await world.finished(run, 60_000);
    expect(events.at(-1)?.type).toBe("run-completed");
  }
});

test("fifty deliveries of one decision count once", async () => {
  alive.push(await world.startWorker(), await world.startWorker());
  const workflow = await world.addWorkflow(decidingWorkflow(world.recorder.url));
  const run = await world.startRun(workflow, {});
  const approvalId = await approvalOf(run);
  const outcomes = await Promise.all(Array.from({ length: 10 }, () => decide(approvalId)));
  expect(outcomes.filter((outcome) => outcome === "decided")).toHaveLength(1);
  const decision: Decision = {
    approvalId,
    decision: "approve",
    comment: null,
    fields: {},
    by: { kind: "user", id: null, label: "Ada" },
    via: "api",
    expired: false,
  };
  await Promise.all(
    Array.from({ length: 50 }, async (_, n) => {
      await world.mailbox.post(run, [{ id: `d${n}`, input: { type: "decided", step: "ask", decision } }]);
      await world.queue.wake(run, 0);
    }),
  );
  const events = await world.finished(run);
  expect(events.filter(({ type }) => type === "approval-decided")).toHaveLength(1);
  expect(world.recorder.counts().get(`${run}.act.1`)).toBe(1);
});

test("a decision that nobody announced is found by the sweep", async () => {
  alive.push(await world.startWorker());
  const run = await world.startRun(await world.addWorkflow(decidingWorkflow(world.recorder.url)), {});
  expect(await decide(await approvalOf(run))).toBe("decided");
  const events = await world.finished(run, 15_000);
  expect(events.at(-1)).toMatchObject({ type: "run-completed", output: "approve" });
  const { rows } = await world.pool.query("select 1 from run_signals where run_id = $1 and applied_at is null", [run]);
  expect(rows).toHaveLength(0);
});

test("a deadline that passes while no worker lives rejects once one does", async () => {
  const first = await world.startWorker();
  const run = await world.startRun(await world.addWorkflow(decidingWorkflow(world.recorder.url, 1_000)), {});
  await approvalOf(run);
  await first.kill();
  alive.push(await world.startWorker());
  const events = await world.finished(run, 20_000);
  expect(events.find(({ type }) => type === "approval-decided")).toMatchObject({
    decision: { decision: "reject", via: "system", expired: true },
  });
});

test("a run that was stored while Redis was away is found and turned", async () => {
  alive.push(await world.startWorker());
  const workflow = await world.addWorkflow(computingWorkflow());
  const run = await world.startRun(workflow, { items: [1, 2, 3] }, { wake: false });
  const events = await world.finished(run, 20_000);
  expect(events.at(-1)).toMatchObject({ type: "run-completed" });
});

test("Redis killed and started again in mid-run: all runs go on, without a new worker", async () => {
  const worker = await world.startWorker();
  alive.push(worker);
  const workflow = await world.addWorkflow(callingWorkflow(world.recorder.url, 200));
  const runs = await Promise.all(Array.from({ length: 5 }, (_, n) => world.startRun(workflow, { n })));
  const seen = world.recorder.requests.length;
  await world.until(() => world.recorder.requests.length >= seen + 5);
  child("redis").kill("SIGKILL");
  for (const run of runs) {
    const events = await world.finished(run, 60_000);
    expect(events.at(-1)?.type).toBe("run-completed");
  }
  expect(worker.process.exitCode, worker.output().slice(-2_000)).toBeNull();
});

test("Redis without memory in mid-run: nothing is lost or failed, and all goes on once there is room", async () => {
  const worker = await world.startWorker();
  alive.push(worker);
  const workflow = await world.addWorkflow(callingWorkflow(world.recorder.url, 200));
  const runs = await Promise.all(Array.from({ length: 5 }, (_, n) => world.startRun(workflow, { n })));
  const seen = world.recorder.requests.length;
  await world.until(() => world.recorder.requests.length >= seen + 5);
  await world.redis.config("SET", "maxmemory", "1");
  // A run that is stored meanwhile, of which nobody can be told.
  runs.push(await world.startRun(workflow, { n: 9 }, { wake: false }));
  await expect(world.queue.wake(runs[0] ?? "", 0)).rejects.toThrow(/OOM/);
  await world.until(() => worker.output().includes("OOM"), 20_000);
  await world.redis.config("SET", "maxmemory", "0");
  for (const run of runs) {
    const events = await world.finished(run, 60_000);
    expect(events.at(-1)?.type).toBe("run-completed");
    expect(events.filter(({ type }) => type === "step-failed")).toEqual([]);
  }
  expect(worker.process.exitCode, worker.output().slice(-2_000)).toBeNull();
});

test("all connections to Postgres cut in mid-run: all runs go on", async () => {
  const worker = await world.startWorker();
  alive.push(worker);
  const workflow = await world.addWorkflow(callingWorkflow(world.recorder.url, 200));
  const runs = await Promise.all(Array.from({ length: 5 }, (_, n) => world.startRun(workflow, { n })));
  const seen = world.recorder.requests.length;
  await world.until(() => world.recorder.requests.length >= seen + 5);
  await world.pool.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'",
  );
  for (const run of runs) {
    const events = await world.finished(run, 60_000);
    expect(events.at(-1)?.type).toBe("run-completed");
  }
  expect(worker.process.exitCode, worker.output().slice(-2_000)).toBeNull();
});
