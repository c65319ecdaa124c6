import { afterAll, beforeAll, expect, test } from "vitest";
import { startWorld } from "./world.ts";
import type { World } from "./world.ts";
import { callingWorkflow } from "./workflows.ts";

const inFlight = 50;

let world: World;
let workflow: string;

beforeAll(async () => {
  world = await startWorld();
  workflow = await world.addWorkflow(callingWorkflow(world.recorder.url, 400));
});
afterAll(async () => {
  await world.stop();
});

/** Fifty runs whose first call is under way. */
async function startRuns(): Promise<string[]> {
  const runs = await Promise.all(Array.from({ length: inFlight }, (_, n) => world.startRun(workflow, { n })));
  await world.until(() => callsOf(runs).length >= inFlight / 2);
  return runs;
}

/** Idempotency keys of the calls that were made for these runs. */
function callsOf(runs: string[]): string[] {
  return [...world.recorder.counts().keys()].filter((key) => runs.some((run) => key.startsWith(`${run}.`)));
}

/** All runs end well and checked. Gives how long after the kill the first of them moved again. */
async function movedAgain(runs: string[], killedAt: number): Promise<number> {
  const journals = await Promise.all(runs.map((run) => world.finished(run, 60_000)));
  for (const events of journals) {
    // Of one that failed the message shows the error.
    expect(events.at(-1)).toMatchObject({ type: "run-completed" });
    // One attempt each, so one key each: whoever honours the key sees every effect once.
    expect(events.some((event) => "attempt" in event && event.attempt > 1)).toBe(false);
  }
  const moved = journals.map((events) => (events.find(({ at }) => at > killedAt)?.at ?? Infinity) - killedAt);
  return Math.min(...moved);
}

test("the only worker is killed with fifty runs in flight, and another is started at once: they move again at once", async () => {
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
  expect(first - readyAfter).toBeLessThan(2_500);
}, 120_000);

test("a neighbour notices the death of a worker within a second or two", async () => {
  const doomed = await world.startWorker();
  const runs = await startRuns();
  const neighbour = await world.startWorker();
  await world.until(() => callsOf(runs).length >= inFlight + 10);
  await doomed.kill();
  const killedAt = Date.now();
  await world.until(() => neighbour.output().includes("took over from a worker that is gone"), 10_000);
  const noticedAfter = Date.now() - killedAt;
  await movedAgain(runs, killedAt);
  await neighbour.kill("SIGTERM");
  expect(noticedAfter).toBeLessThan(3_000);
}, 120_000);
