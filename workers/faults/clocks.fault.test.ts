// Workers whose clocks are wrong, or jump: what is due is told by the database's clock, so timers come neither early nor never.
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { WorkflowFileInput } from "../../engine/workflow/file.ts";
import { effectFaults, useStage } from "./stage.ts";
import { decidingWorkflow } from "./workflows.ts";

const hour = 3_600_000;
const waitMs = 3_000;
/** A deadline is found by the sweep, a retry's job by the queue: seconds late at most, not an hour. */
const patienceMs = 15_000;
const stage = useStage();

function waiting(recorderUrl: string): WorkflowFileInput {
  return {
    schemaVersion: 1,
    name: "Waits",
    nodes: [
      { id: "start", type: "start" },
      { id: "wait", type: "wait", config: { mode: "duration", durationMs: waitMs } },
      { id: "act", type: "http", config: { method: "GET", url: `${recorderUrl}/after` } },
      { id: "out", type: "output", config: { value: "{{ run.startedAt ?? null }}" } },
    ],
    edges: [
      { id: "a", source: "start", target: "wait" },
      { id: "b", source: "wait", target: "act" },
      { id: "c", source: "act", target: "out" },
    ],
  };
}

const wrong = {
  "an hour ahead": { CLOCK_SHIFT_MS: String(hour) },
  "an hour behind": { CLOCK_SHIFT_MS: String(-hour) },
  "jumping by ten minutes there and back": { CLOCK_SHIFT_MS: String(hour / 6), CLOCK_JUMP_MS: "700" },
};
const runsEach = 10;

test(`beside workers whose clocks are ${Object.keys(wrong).join(", ")}, nothing fires early and nothing is lost`, async () => {
  const { world } = stage;
  const preload = fileURLToPath(new URL("shifted-clock.js", import.meta.url));
  await stage.workers(1);
  for (const clock of Object.values(wrong)) await stage.workers(1, { ...clock, NODE_OPTIONS: `--import ${preload}` });
  const [waits, decides] = [
    await world.addWorkflow(waiting(world.recorder.url)),
    await world.addWorkflow(decidingWorkflow(world.recorder.url, waitMs)),
  ];
  const began = performance.now();
  const runs = await Promise.all(
    Array.from({ length: runsEach * Object.keys(wrong).length }, (_, n) =>
      world.startRun(n % 2 === 0 ? waits : decides, {}),
    ),
  );
  for (const run of runs) {
    const events = await world.finished(run, waitMs + patienceMs);
    expect(events.at(-1)?.type).toBe("run-completed");
    expect(effectFaults(world, run, events)).toEqual([]);
    const [first, last] = [events[0]?.at ?? 0, events.at(-1)?.at ?? 0];
    expect(last - first).toBeGreaterThanOrEqual(waitMs - 50);
    expect(last - first).toBeLessThan(waitMs + patienceMs);
    for (const [index, event] of events.entries())
      expect(event.at - (events[index - 1]?.at ?? 0), `${event.type} at ${event.seq}`).toBeGreaterThan(-1_000);
  }
  expect(performance.now() - began).toBeGreaterThanOrEqual(waitMs - 50);
});
