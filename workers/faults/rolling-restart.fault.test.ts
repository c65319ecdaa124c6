// A new release goes out: workers are told to stop one after another, and others start, with runs in flight all the time.
import { expect, test } from "vitest";
import { callsOf, effectFaults, useStage } from "./stage.ts";
import { callingWorkflow } from "./workflows.ts";

const stage = useStage();

test("a rolling restart under 40 runs fails no attempt and repeats nothing", async () => {
  const { world } = stage;
  let workers = await stage.workers(2);
  const workflow = await world.addWorkflow(callingWorkflow(world.recorder.url, 250));
  const runs: string[] = [];
  for (let restarted = 0; restarted < 4; restarted++) {
    const seen = world.recorder.requests.length;
    runs.push(...(await Promise.all(Array.from({ length: 10 }, (_, n) => world.startRun(workflow, { n })))));
    await world.until(() => world.recorder.requests.length >= seen + 20, 60_000);
    const [leaving, ...staying] = workers;
    const how = leaving?.ended;
    const [next] = await Promise.all([stage.workers(1), leaving?.kill("SIGTERM")]);
    expect(await how, leaving?.output().slice(-2_000)).toBe("0");
    workers = [...staying, ...next];
  }
  for (const run of runs) {
    const events = await world.finished(run, 60_000);
    expect(events.at(-1)?.type).toBe("run-completed");
    expect(effectFaults(world, run, events)).toEqual([]);
    for (const [name, count] of callsOf(world, run)) expect(count, name).toBe(1);
  }
}, 180_000);
