// Ten thousand items, workers that die among them, and memory that stays flat.
import { expect, test } from "vitest";
import type { WorkflowFileInput } from "../../engine/workflow/file.ts";
import { residentMb } from "./process-tree.ts";
import { useStage } from "./stage.ts";

const items = 10_000;
/** What a worker may need more than at its start. All of the run's events at once would be several times that. */
const mostGrowthMb = 150;
const stage = useStage();

const file: WorkflowFileInput = {
  schemaVersion: 1,
  name: "Long",
  nodes: [
    { id: "start", type: "start" },
    { id: "each", type: "loop", config: { mode: "times", times: items } },
    { id: "index", type: "transform", parentId: "each", config: { value: "{{ loop.index }}" } },
    { id: "out", type: "output", config: { value: "{{ each.outputs.count }}" } },
  ],
  edges: [
    { id: "a", source: "start", target: "each" },
    { id: "b", source: "each", target: "out" },
  ],
};

test("a loop over 10,000 items whose workers die goes on where it was, in flat memory", async () => {
  const { world } = stage;
  const run = await world.startRun(await world.addWorkflow(file), {});
  let before = await world.events(run);
  for (const hold of ["before-append:3", "after-append:2", "before-append:4"]) {
    const doomed = await world.startWorker({ hold });
    expect(await doomed.ended).toBe("SIGKILL");
    const now = await world.events(run);
    expect(now.slice(0, before.length)).toEqual(before);
    expect(now.length, `no progress in the life that ended at ${hold}`).toBeGreaterThan(before.length);
    before = now;
  }
  expect(before.length).toBeLessThan(items);
  const [worker] = await stage.workers(1);
  const pid = worker?.process.pid ?? 0;
  const atStart = residentMb(pid);
  let most = atStart;
  const watching = setInterval(() => (most = Math.max(most, residentMb(pid))), 100);
  const events = await world.finished(run, 90_000).finally(() => clearInterval(watching));
  expect(events.slice(0, before.length)).toEqual(before);
  expect(events.at(-1)).toMatchObject({ type: "run-completed", output: items });
  const turned = events.flatMap((event) => (event.type === "step-completed" ? [event.step] : []));
  expect(turned.filter((step) => step.startsWith("each.")).length).toBe(items);
  expect(new Set(turned).size).toBe(turned.length);
  expect(most - atStart, `${Math.round(atStart)} MB at its start, ${Math.round(most)} MB at most`).toBeLessThan(
    mostGrowthMb,
  );
}, 180_000);
