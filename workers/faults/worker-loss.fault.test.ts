// Workers die again and again: everything still ends well, and no effect is seen more often than it was begun.
import { expect, test } from "vitest";
import { effectFaults, useStage } from "./stage.ts";
import { callingWorkflow } from "./workflows.ts";

const stage = useStage();

test("all workers killed every few seconds under 100 runs: each life gets on, and all runs end well", async () => {
  const { world } = stage;
  let workers = await stage.workers(2);
  const workflow = await world.addWorkflow(callingWorkflow(world.recorder.url, 20));
  const runs = await Promise.all(Array.from({ length: 100 }, (_, n) => world.startRun(workflow, { n })));
  for (let life = 0; life < 4; life++) {
    const seen = world.recorder.requests.length;
    await world.until(() => world.recorder.requests.length >= seen + 50, 60_000);
    await Promise.all(workers.map((worker) => worker.kill()));
    workers = await stage.workers(2);
  }
  for (const run of runs) {
    const events = await world.finished(run, 60_000);
    expect(events.at(-1)?.type).toBe("run-completed");
    expect(effectFaults(world, run, events)).toEqual([]);
  }
}, 240_000);
