// Steps that are executed where they were scheduled stand in no queue: what keeps them from running twice, and from getting lost.
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { WorkflowFileInput } from "../../engine/workflow/file.ts";
import { callsOf, useStage } from "./stage.ts";

const stage = useStage();

/** start → calls, one after another, which take so many ms each */
function calls(...ms: number[]): WorkflowFileInput {
  const { url } = stage.world.recorder;
  return {
    schemaVersion: 1,
    name: "One after another",
    nodes: [
      { id: "start", type: "start" },
      ...ms.map((each, index) => ({
        id: `c${index}`,
        type: "http",
        config: { method: "GET", url: `${url}/c${index}?ms=${each}` },
      })),
    ],
    edges: ms.map((_, index) => ({
      id: `e${index}`,
      source: index === 0 ? "start" : `c${index - 1}`,
      target: `c${index}`,
    })),
  };
}

/** Jobs of this run that any queue holds. */
async function queued(run: string): Promise<string[]> {
  return (await stage.world.redis.keys("{baton}:baton-steps:*")).filter(
    (key) => key.includes(run) && !key.endsWith(":lock"),
  );
}

test("a carried step is executed once, however long it takes and whoever wakes its run meanwhile", async () => {
  const { world } = stage;
  await stage.workers(2);
  const run = await world.startRun(await world.addWorkflow(calls(20, 14_000, 20)), {});
  await world.until(() => callsOf(world, run).has("c1.1"));
  expect(await queued(run)).toEqual([]);
  for (let round = 0; round < 4; round++) {
    // Longer than a run is kept for steps of the queue. Then both workers are asked to look; after five seconds without an append the
    // sweeps do so as well.
    await sleep(3_000);
    await Promise.all([1, 2, 3, 4].map(() => world.queue.wake(run, 0)));
  }
  const events = await world.finished(run, 30_000);
  expect(events.at(-1)?.type).toBe("run-completed");
  expect(Object.fromEntries(callsOf(world, run))).toEqual({ "c0.1": 1, "c1.1": 1, "c2.1": 1 });
}, 60_000);

test("a carried step whose worker dies runs again under the same key, within seconds", async () => {
  const { world } = stage;
  const [doomed] = await stage.workers(1);
  const runs = await Promise.all(
    Array.from({ length: 8 }, async () => world.startRun(await world.addWorkflow(calls(20, 4_000, 20)), {})),
  );
  await world.until(() => runs.every((run) => callsOf(world, run).has("c1.1")));
  // In this order, so that the steps are under way when their worker dies, however long the next one takes to start.
  await doomed?.kill();
  await stage.workers(1);
  const ready = performance.now();
  await world.until(() => runs.every((run) => callsOf(world, run).get("c1.1") === 2), 60_000);
  expect(performance.now() - ready).toBeLessThan(20_000);
  for (const run of runs) {
    await world.finished(run, 30_000);
    expect(Object.fromEntries(callsOf(world, run))).toEqual({ "c0.1": 1, "c1.1": 2, "c2.1": 1 });
  }
}, 90_000);
