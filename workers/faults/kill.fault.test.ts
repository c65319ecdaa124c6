import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { RunEvent } from "../../engine/run/event.ts";
import { holdPoints } from "./hold-point.ts";
import { startWorld } from "./world.ts";
import type { WorkerHandle, World } from "./world.ts";
import { callingWorkflow } from "./workflows.ts";

/** Steps of the workflow which call the outside world. */
const calling = ["first", "each.0.inner", "each.1.inner", "each.2.inner", "each.3.inner", "last"];

/** More than travels inline: that step's answer stands apart from its event. */
const wide = 300_000;

let world: World;
let workflow: string;
const alive: WorkerHandle[] = [];

beforeAll(async () => {
  world = await startWorld();
  workflow = await world.addWorkflow(callingWorkflow(world.recorder.url, 30, {}, wide));
});
afterEach(async () => {
  await Promise.all(alive.splice(0).map((worker) => worker.kill()));
});
afterAll(async () => {
  await world.stop();
});

/** Calls that were made for this run, by step and attempt. */
function callsOf(runId: string): Map<string, number> {
  const calls = [...world.recorder.counts()].filter(([key]) => key.startsWith(`${runId}.`));
  return new Map(calls.map(([key, count]) => [key.slice(runId.length + 1), count]));
}

function completed(events: RunEvent[]): string[] {
  return events.flatMap((event) => (event.type === "step-completed" ? [`${event.step}.${event.attempt}`] : []));
}

test.each(holdPoints.flatMap((point) => [`${point}:1`, `${point}:3`]))(
  "a worker killed at %s loses nothing, and no journalled step runs again",
  async (hold) => {
    const doomed = await world.startWorker({ hold });
    const run = await world.startRun(workflow, { n: 21 });
    expect(await doomed.ended).toBe("SIGKILL");

    const before = await world.events(run);
    const callsBefore = callsOf(run);
    const restarted = performance.now();
    alive.push(await world.startWorker());
    const events = await world.finished(run);
    const seconds = (performance.now() - restarted) / 1_000;

    expect(events.at(-1)).toMatchObject({ type: "run-completed", output: { double: 42, wide } });
    // What was journalled when the worker died is still there, as it was.
    expect(events.slice(0, before.length)).toEqual(before);
    const calls = callsOf(run);
    for (const step of calling) expect(calls.get(`${step}.1`), step).toBeGreaterThanOrEqual(1);
    for (const step of completed(before)) expect(calls.get(step), `${step} ran again`).toBe(callsBefore.get(step));
    // One worker died once: each effect that was under way at that moment may have happened twice, no other.
    const started = new Set(before.flatMap((event) => (event.type === "step-started" ? [`${event.step}.1`] : [])));
    for (const [step, count] of calls) expect(count, step).toBeLessThanOrEqual(started.has(step) ? 2 : 1);
    expect(seconds).toBeLessThan(20);
  },
);

test("a second worker takes over a killed one's runs within ten seconds", async () => {
  const doomed = await world.startWorker();
  const slow = await world.addWorkflow(callingWorkflow(world.recorder.url, 5, { first: 5_000 }));
  const runs = await Promise.all([1, 2, 3, 4, 5].map((n) => world.startRun(slow, { n })));
  await world.until(() => runs.every((run) => callsOf(run).has("first.1")));
  // Calls take so long that the first worker has some in hand whenever the second is ready.
  alive.push(await world.startWorker());
  await doomed.kill();
  const killedAt = Date.now();
  for (const run of runs) {
    const events = await world.finished(run, 60_000);
    expect(events.at(-1)?.type).toBe("run-completed");
    const after = events.find(({ at }) => at > killedAt);
    expect((after?.at ?? Infinity) - killedAt, "the run stood still for too long").toBeLessThan(10_000);
  }
});

test("a frozen worker that wakes up after its steps were given away changes nothing", async () => {
  const frozen = await world.startWorker({ hold: "after-effect-before-outcome:1:stop" });
  const run = await world.startRun(workflow, { n: 2 });
  await world.until(() => callsOf(run).size > 0);
  alive.push(await world.startWorker());
  const events = await world.finished(run);
  expect(events.at(-1)?.type).toBe("run-completed");
  frozen.process.kill("SIGCONT");
  // It reports what it had in hand: by then the run is over, and the journal stays as it is.
  const again = await world.startRun(workflow, { n: 3 });
  await world.finished(again);
  expect(await world.events(run)).toEqual(events);
  await frozen.kill();
});

test("a step that kills its worker each time is failed and its neighbours go on", async () => {
  const run = await world.startRun(await world.addWorkflow(callingWorkflow(world.recorder.url, 5)), { n: 1 });
  // Five workers die of it; the sixth is told not to try.
  for (let death = 0; death < 5; death++) {
    const worker = await world.startWorker({ hold: "before-effect:1" });
    expect(await worker.ended).toBe("SIGKILL");
  }
  alive.push(await world.startWorker());
  const events = await world.finished(run, 60_000);
  expect(events.at(-1)).toMatchObject({ type: "run-failed", error: { code: "STEP_POISONED" } });
}, 180_000);

test("a worker that is told to stop hands its steps back: they run elsewhere without a failure, and count no death of it", async () => {
  const leaving = await world.startWorker();
  const long = await world.addWorkflow(callingWorkflow(world.recorder.url, 5, { first: 12_000 }));
  const run = await world.startRun(long, { n: 1 });
  await world.until(() => callsOf(run).has("first.1"));
  const askedAt = performance.now();
  await leaving.kill("SIGTERM");
  expect(performance.now() - askedAt).toBeLessThan(11_000);
  const begun = (await world.events(run)).find((event) => event.type === "step-started");
  // It had begun outside of the queue.
  expect(begun).toMatchObject({ step: "first", claim: 0 });
  // Four die of it. With the one that only stopped they would be five, and a step is given up after five.
  for (let death = 0; death < 4; death++) {
    const worker = await world.startWorker({ hold: "before-effect:1" });
    expect(await worker.ended).toBe("SIGKILL");
  }
  expect((await world.events(run)).some(({ type }) => type === "step-failed")).toBe(false);
  alive.push(await world.startWorker());
  await world.until(() => (callsOf(run).get("first.1") ?? 0) >= 2);
  await world.mailbox.post(run, [{ id: "stop", input: { type: "cancel", by, reason: "enough" } }]);
  await world.queue.wake(run, 0);
  const events = await world.finished(run);
  expect(events.at(-1)?.type).toBe("run-cancelled");
}, 180_000);

const by = { kind: "system" as const, id: null, label: "test" };
