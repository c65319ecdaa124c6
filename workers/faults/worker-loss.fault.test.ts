// Workers go: killed again and again, killed alone, killed beside a neighbour, and told to stop. One stack for all of it.
import { expect, test } from "vitest";
import { callsOf, effectFaults, useStage } from "./stage.ts";
import { callingWorkflow } from "./workflows.ts";

const inFlight = 50;
const stage = useStage();

/** Fifty runs whose first call is under way. */
async function startRuns(): Promise<string[]> {
  const { world } = stage;
  const workflow = await world.addWorkflow(callingWorkflow(world.recorder.url, 400));
  const runs = await Promise.all(Array.from({ length: inFlight }, (_, n) => world.startRun(workflow, { n })));
  await world.until(() => keysOf(runs).length >= inFlight / 2);
  return runs;
}

/** Idempotency keys of the calls that were made for these runs. */
function keysOf(runs: string[]): string[] {
  return [...stage.world.recorder.counts().keys()].filter((key) => runs.some((run) => key.startsWith(`${run}.`)));
}

/** All runs end well and checked. Gives how long after the kill the first of them moved again. */
async function movedAgain(runs: string[], killedAt: number): Promise<number> {
  const journals = await Promise.all(runs.map((run) => stage.world.finished(run, 60_000)));
  for (const events of journals) {
    // Of one that failed the message shows the error.
    expect(events.at(-1)).toMatchObject({ type: "run-completed" });
    // One attempt each, so one key each: whoever honours the key sees every effect once.
    expect(events.some((event) => "attempt" in event && event.attempt > 1)).toBe(false);
  }
  const moved = journals.map((events) => (events.find(({ at }) => at > killedAt)?.at ?? Infinity) - killedAt);
  return Math.min(...moved);
}

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

test("the only worker is killed with fifty runs in flight, and another is started at once: they move again at once", async () => {
  const { world } = stage;
  const doomed = await world.startWorker();
  const runs = await startRuns();
  await doomed.kill();
  const killedAt = Date.now();
  const next = await world.startWorker();
  const readyAfter = Date.now() - killedAt;
  const first = await movedAgain(runs, killedAt);
  await next.kill("SIGTERM");
  expect(next.output()).toContain("took over from a worker that is gone");
  // Counted from when the new worker is there: a busy machine may take seconds to start a process. Waiting for locks and leases to
  // run out, and for two looks of the stall check, would take longer.
  expect(first - readyAfter).toBeLessThan(4_000);
}, 120_000);

test("a neighbour notices the death of a worker within a second or two", async () => {
  const { world } = stage;
  const doomed = await world.startWorker();
  const runs = await startRuns();
  const neighbour = await world.startWorker();
  await world.until(() => keysOf(runs).length >= inFlight + 10);
  await doomed.kill();
  const killedAt = Date.now();
  await world.until(() => neighbour.output().includes("took over from a worker that is gone"), 10_000);
  const noticedAfter = Date.now() - killedAt;
  await movedAgain(runs, killedAt);
  await neighbour.kill("SIGTERM");
  expect(noticedAfter).toBeLessThan(4_500);
}, 120_000);

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
