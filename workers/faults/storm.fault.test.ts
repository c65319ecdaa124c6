import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { WorkflowFileInput } from "../../engine/workflow/file.ts";
import { startWorld } from "./world.ts";
import type { WorkerHandle, World } from "./world.ts";
import { callingWorkflow } from "./workflows.ts";

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
