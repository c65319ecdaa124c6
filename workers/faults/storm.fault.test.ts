import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { RunEvent } from "../../engine/run/event.ts";
import type { WorkflowFileInput } from "../../engine/workflow/file.ts";
import { startWorld } from "./world.ts";
import type { WorkerHandle, World } from "./world.ts";
import { callingWorkflow, decidingWorkflow } from "./workflows.ts";

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

/** How often each step's effect was seen outside, by step and attempt. */
function callsOf(run: string): Map<string, number> {
  const own = [...world.recorder.counts()].filter(([key]) => key.startsWith(`${run}.`));
  return new Map(own.map(([key, count]) => [key.slice(run.length + 1), count]));
}

function claims(events: RunEvent[]): Map<string, number> {
  const most = new Map<string, number>();
  for (const event of events) {
    if (event.type === "step-started")
      most.set(`${event.step}.${event.attempt}`, (most.get(`${event.step}.${event.attempt}`) ?? 0) + 1);
  }
  return most;
}

function fanOut(width: number): WorkflowFileInput {
  const calls = Array.from({ length: width }, (_, index) => `c${index}`);
  return {
    schemaVersion: 1,
    name: "Wide",
    settings: { maxConcurrency: 200 },
    nodes: [
      { id: "start", type: "start" },
      ...calls.map((id) => ({ id, type: "http", config: { method: "GET", url: `${world.recorder.url}/${id}?ms=20` } })),
      { id: "joined", type: "transform", config: { value: "{{ in.from.length }}" } },
      { id: "out", type: "output", config: { value: "{{ joined.outputs }}" } },
    ],
    edges: [
      ...calls.flatMap((id) => [
        { id: `a-${id}`, source: "start", target: id },
        { id: `b-${id}`, source: id, target: "joined" },
      ]),
      { id: "end", source: "joined", target: "out" },
    ],
  };
}

test("all workers killed again and again under 100 runs: every run ends well, and effects repeat only under a new claim", async () => {
  alive.push(await world.startWorker(), await world.startWorker());
  const workflow = await world.addWorkflow(callingWorkflow(world.recorder.url, 20));
  const runs = await Promise.all(Array.from({ length: 100 }, (_, n) => world.startRun(workflow, { n })));
  for (let round = 0; round < 3; round++) {
    const seen = world.recorder.requests.length;
    await world.until(() => world.recorder.requests.length >= seen + 40, 60_000);
    await Promise.all(alive.splice(0).map((worker) => worker.kill()));
    alive.push(await world.startWorker(), await world.startWorker());
  }
  for (const run of runs) {
    const events = await world.finished(run, 120_000);
    expect(events.at(-1)?.type).toBe("run-completed");
    const begun = claims(events);
    for (const [step, count] of callsOf(run)) expect(count, `${run} ${step}`).toBeLessThanOrEqual(begun.get(step) ?? 0);
  }
}, 240_000);

test("a join of 200 branches fires once, with its workers killed on the way", async () => {
  const doomed = await world.startWorker({ hold: "after-outcome-before-ack:60" });
  const run = await world.startRun(await world.addWorkflow(fanOut(200)), {});
  expect(await doomed.ended).toBe("SIGKILL");
  alive.push(await world.startWorker(), await world.startWorker());
  const events = await world.finished(run, 60_000);
  expect(events.at(-1)).toMatchObject({ type: "run-completed", output: 200 });
  expect(events.filter((event) => event.type === "step-completed" && event.step === "joined")).toHaveLength(1);
});

test("one job handed over fifty times by hand, to two workers, is one execution", async () => {
  alive.push(await world.startWorker(), await world.startWorker());
  const run = await world.startRun(await world.addWorkflow(callingWorkflow(world.recorder.url, 600)), { n: 1 });
  const scheduled = await world.until(async () =>
    (await world.events(run)).find((event) => event.type === "step-scheduled" && event.step === "first"),
  );
  const job = { runId: run, stepId: "first", nodeId: "first", attempt: 1, seq: scheduled.seq };
  await Promise.all(Array.from({ length: 50 }, () => world.queue.enqueue([{ job, priority: 0 }])));
  await world.finished(run, 60_000);
  // And again, when it is long over: nobody wants it.
  await world.queue.enqueue([{ job, priority: 0 }]);
  const other = await world.startRun(await world.addWorkflow(callingWorkflow(world.recorder.url, 5)), { n: 1 });
  await world.finished(other, 60_000);
  expect(callsOf(run).get("first.1")).toBe(1);
});

test("a loop over 10,000 items whose workers die goes on where it was", async () => {
  const doomed = await world.startWorker({ hold: "before-append:8" });
  const file: WorkflowFileInput = {
    schemaVersion: 1,
    name: "Long",
    nodes: [
      { id: "start", type: "start" },
      { id: "each", type: "loop", config: { mode: "times", times: 10_000 } },
      { id: "index", type: "transform", parentId: "each", config: { value: "{{ loop.index }}" } },
      { id: "out", type: "output", config: { value: "{{ each.outputs.count }}" } },
    ],
    edges: [
      { id: "a", source: "start", target: "each" },
      { id: "b", source: "each", target: "out" },
    ],
  };
  const run = await world.startRun(await world.addWorkflow(file), {});
  expect(await doomed.ended).toBe("SIGKILL");
  const before = await world.events(run);
  expect(before.length).toBeGreaterThan(1);
  alive.push(await world.startWorker());
  const events = await world.finished(run, 90_000);
  expect(events.slice(0, before.length)).toEqual(before);
  expect(events.at(-1)).toMatchObject({ type: "run-completed", output: 10_000 });
}, 150_000);

test("a cancel that races the end, and a decision that races its deadline, end one way and once", async () => {
  alive.push(await world.startWorker(), await world.startWorker());
  const by = { kind: "system" as const, id: null, label: "test" };
  const quick = await world.addWorkflow(callingWorkflow(world.recorder.url, 1));
  const runs = await Promise.all(
    Array.from({ length: 30 }, async (_, n) => {
      const run = await world.startRun(quick, { n });
      const [later] = [n * 12];
      await world.until(async () => (await world.events(run)).length >= Math.min(40, 2 + later / 8));
      await world.mailbox.post(run, [{ id: `cancel-${n}`, input: { type: "cancel", by, reason: "enough" } }]);
      await world.queue.wake(run, 0);
      return run;
    }),
  );
  for (const run of runs) {
    const events = await world.finished(run, 60_000);
    expect(["run-cancelled", "run-completed"]).toContain(events.at(-1)?.type);
  }
  const asking = await world.addWorkflow(decidingWorkflow(world.recorder.url, 700));
  const asked = await Promise.all(Array.from({ length: 20 }, () => world.startRun(asking, {})));
  await Promise.all(
    asked.map(async (run, index) => {
      const approval = await world.until(async () => {
        const { rows } = await world.pool.query<{ id: string; left: number }>(
          "select id, (extract(epoch from deadline_at - clock_timestamp()) * 1000)::float8 as left from approvals where run_id = $1",
          [run],
        );
        // Within a few milliseconds of the deadline, before and after it.
        return rows[0] !== undefined && rows[0].left < index - 10 ? rows[0].id : null;
      });
      await world.pool.query(
        `select decide_approval($1, (select org_id from approvals where id = $1), 'approve', null, '{}', 'user', gen_random_uuid(), 'Ada', 'api', null, null)`,
        [approval],
      );
    }),
  );
  for (const run of asked) {
    const events = await world.finished(run, 60_000);
    const decisions = events.filter(({ type }) => type === "approval-decided");
    expect(decisions).toHaveLength(1);
    const { rows } = await world.pool.query<{ status: string }>("select status from approvals where run_id = $1", [
      run,
    ]);
    expect(["decided", "expired"]).toContain(rows[0]?.status);
  }
}, 150_000);

test("Postgres away for six seconds: nothing fails, and runs go on when it is back", async () => {
  const worker = await world.startWorker();
  alive.push(worker);
  const workflow = await world.addWorkflow(callingWorkflow(world.recorder.url, 300));
  const runs = await Promise.all(Array.from({ length: 5 }, (_, n) => world.startRun(workflow, { n })));
  const seen = world.recorder.requests.length;
  await world.until(() => world.recorder.requests.length >= seen + 3);
  const postgres = world.stack.children.find(({ name }) => name === "postgres");
  if (postgres === undefined) throw new Error("The stack has no postgres.");
  const away = performance.now();
  // Frozen, it answers nobody: longer than every timeout on the way to it.
  postgres.kill("SIGSTOP");
  await world.until(() => performance.now() - away > 6_000, 10_000);
  postgres.kill("SIGCONT");
  for (const run of runs) {
    const events = await world.finished(run, 60_000);
    expect(events.at(-1)?.type).toBe("run-completed");
  }
  expect(worker.process.exitCode, worker.output().slice(-2_000)).toBeNull();
}, 120_000);
