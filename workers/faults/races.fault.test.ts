// Much at the same moment: two ways to end, fifty times each, two hundred branches into one join, and one job fifty times over. One of them
// wins, and everything agrees which.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { WorkflowFileInput } from "../../engine/workflow/file.ts";
import { callsOf, useStage } from "./stage.ts";
import { callingWorkflow, decidingWorkflow } from "./workflows.ts";

/** Runs that race at once. */
const times = 50;
/** How often they do: `BATON_RACE_ROUNDS=20` makes a thousand of each kind. */
const rounds = Number(process.env["BATON_RACE_ROUNDS"] ?? 1);
const by = { kind: "system" as const, id: null, label: "test" };
const stage = useStage();

test(
  "a cancel that races the run's end wins or comes too late, and nothing happens after it",
  async () => {
    const { world } = stage;
    await stage.workers(2);
    const workflow = await world.addWorkflow(callingWorkflow(world.recorder.url, 1));
    const whole = (await world.finished(await world.startRun(workflow, { n: 1 }), 60_000)).length;
    for (let round = 0; round < rounds; round++) {
      const runs = await Promise.all(
        Array.from({ length: times }, async (_, n) => {
          const run = await world.startRun(workflow, { n });
          // From the middle of the run up to its last event.
          const after = whole - 1 - (n % 10);
          await world.until(async () => Number(await lastSeq(run)) >= after, 60_000);
          await world.mailbox.post(run, [{ id: `cancel-${n}`, input: { type: "cancel", by, reason: "enough" } }]);
          await world.queue.wake(run, 0);
          return run;
        }),
      );
      for (const run of runs) {
        const events = await world.finished(run, 60_000);
        const ends = events.filter(({ type }) => type === "run-cancelled" || type === "run-completed");
        expect(ends).toHaveLength(1);
        expect(events.at(-1)).toBe(ends[0]);
        for (const [key, count] of callsOf(world, run)) expect(count, key).toBe(1);
      }
    }
  },
  150_000 * rounds,
);

test(
  "a decision that races its deadline: the first of the two, in the row, in the journal and in what was done",
  async () => {
    const { world } = stage;
    await stage.workers(2);
    const workflow = await world.addWorkflow(decidingWorkflow(world.recorder.url, 2_500));
    for (let round = 0; round < rounds; round++) {
      const runs = await Promise.all(Array.from({ length: times }, () => world.startRun(workflow, {})));
      const outcomes = await Promise.all(runs.map((run, index) => decideNear(run, (index % 20) - 10)));
      for (const [index, run] of runs.entries()) {
        const events = await world.finished(run, 60_000);
        const decisions = events.flatMap((event) => (event.type === "approval-decided" ? [event.decision] : []));
        expect(decisions).toHaveLength(1);
        const inTime = outcomes[index] === "decided";
        expect(decisions[0]).toMatchObject({ decision: inTime ? "approve" : "reject", expired: !inTime });
        const { rows } = await world.pool.query("select status from approvals where run_id = $1", [run]);
        expect(rows).toEqual([{ status: inTime ? "decided" : "expired" }]);
        expect(world.recorder.counts().get(`${run}.act.1`) ?? 0).toBe(inTime ? 1 : 0);
      }
    }
  },
  150_000 * rounds,
);

test("a join of 200 branches fires once, with its workers killed on the way", async () => {
  const { world } = stage;
  const doomed = await world.startWorker({ hold: "after-outcome-before-ack:60" });
  const run = await world.startRun(await world.addWorkflow(fanOut(200)), {});
  expect(await doomed.ended).toBe("SIGKILL");
  await stage.workers(2);
  const events = await world.finished(run, 60_000);
  expect(events.at(-1)).toMatchObject({ type: "run-completed", output: 200 });
  expect(events.filter((event) => event.type === "step-completed" && event.step === "joined")).toHaveLength(1);
});

test("one job handed over fifty times by hand, to two workers, is one execution", async () => {
  const { world } = stage;
  await stage.workers(2);
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
  expect(callsOf(world, run).get("first.1")).toBe(1);
});

function fanOut(width: number): WorkflowFileInput {
  const { url } = stage.world.recorder;
  const calls = Array.from({ length: width }, (_, index) => `c${index}`);
  return {
    schemaVersion: 1,
    name: "Wide",
    settings: { maxConcurrency: 200 },
    nodes: [
      { id: "start", type: "start" },
      ...calls.map((id) => ({ id, type: "http", config: { method: "GET", url: `${url}/${id}?ms=20` } })),
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

async function lastSeq(run: string): Promise<number> {
  const { rows } = await stage.world.pool.query<{ last: number }>("select last_seq as last from runs where id = $1", [
    run,
  ]);
  return rows[0]?.last ?? 0;
}

/** Approves this many milliseconds after the deadline (before it where negative), by the database's clock. */
async function decideNear(run: string, afterMs: number): Promise<string> {
  const { pool, until } = stage.world;
  const { id, left } = await until(async () => {
    const { rows } = await pool.query<{ id: string; left: number }>(
      `select id, (extract(epoch from deadline_at - clock_timestamp()) * 1000)::float8 as left from approvals where run_id = $1`,
      [run],
    );
    return rows[0];
  }, 60_000);
  await sleep(Math.max(0, left + afterMs));
  const { rows } = await pool.query<{ result: { outcome: string } }>(
    `select decide_approval($1, (select org_id from approvals where id = $1), 'approve', null, '{}', 'user', $2, 'Ada', 'api', null, null) as result`,
    [id, randomUUID()],
  );
  return rows[0]?.result.outcome ?? "missing";
}
