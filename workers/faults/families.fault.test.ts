// Runs that call runs, whose workers die at each level on the way down and on the way back.
import { expect, test } from "vitest";
import type { WorkflowFileInput } from "../../engine/workflow/file.ts";
import { effectFaults, useStage } from "./stage.ts";

const by = { kind: "system" as const, id: null, label: "test" };
const stage = useStage();

/** Calls the outside world, then itself one level deeper, and the outside world again on the way back; at the bottom it waits. */
function descending(levels: number, bottomMs = 5): WorkflowFileInput {
  const { url } = stage.world.recorder;
  return {
    schemaVersion: 1,
    name: "Descends",
    nodes: [
      { id: "start", type: "start" },
      { id: "down", type: "http", config: { method: "GET", url: `${url}/down/{{ input.level }}?ms=5` } },
      { id: "deeper", type: "condition", config: { expression: `{{ input.level < ${levels} }}` } },
      { id: "call", type: "sub-workflow", config: { workflow: "self", input: { level: "{{ input.level + 1 }}" } } },
      { id: "up", type: "http", config: { method: "GET", url: `${url}/up/{{ input.level }}?ms=5` } },
      { id: "bottom", type: "http", config: { method: "GET", url: `${url}/bottom?ms=${bottomMs}` } },
      {
        id: "reached",
        type: "output",
        join: "any",
        config: { value: "{{ call.outputs ?? input.level }}" },
      },
    ],
    edges: [
      { id: "a", source: "start", target: "down" },
      { id: "b", source: "down", target: "deeper" },
      { id: "c", source: "deeper", sourcePort: "true", target: "call" },
      { id: "d", source: "deeper", sourcePort: "false", target: "bottom" },
      { id: "e", source: "call", target: "up" },
      { id: "f", source: "up", target: "reached" },
      { id: "g", source: "bottom", target: "reached" },
    ],
  };
}

/** The run and all below it, the deepest last. */
async function family(root: string): Promise<string[]> {
  const { rows } = await stage.world.pool.query<{ id: string }>(
    `with recursive below as (
       select id, 1 as level from runs where id = $1
       union all select r.id, level + 1 from runs r join below b on r.parent_run_id = b.id
     ) select id from below order by level`,
    [root],
  );
  return rows.map(({ id }) => id);
}

const seen = (path: string): boolean => stage.world.recorder.requests.some((request) => request.path === path);

test("the only worker is killed at each of four levels, down and up: one child a level, and all of them end well", async () => {
  const { world } = stage;
  const root = await world.startRun(await world.addWorkflow(descending(4)), { level: 1 });
  for (const path of ["/down/1", "/down/2", "/down/3", "/down/4", "/bottom", "/up/2"]) {
    const [doomed] = await stage.workers(1);
    await world.until(() => seen(path), 60_000);
    await doomed?.kill();
  }
  await stage.workers(1);
  await endsWell(root, 4);
}, 240_000);

test("twenty-five levels deep, with deaths on the way", async () => {
  const { world } = stage;
  world.recorder.requests.length = 0;
  const root = await world.startRun(await world.addWorkflow(descending(25)), { level: 1 });
  for (const path of ["/down/9", "/bottom", "/up/17"]) {
    const [doomed] = await stage.workers(1);
    await world.until(() => seen(path), 60_000);
    await doomed?.kill();
  }
  await stage.workers(1);
  await endsWell(root, 25);
}, 240_000);

test("a cancel of the uppermost run reaches the lowest one, whatever worker dies of it", async () => {
  const { world } = stage;
  world.recorder.requests.length = 0;
  const root = await world.startRun(await world.addWorkflow(descending(4, 60_000)), { level: 1 });
  const [doomed] = await stage.workers(1);
  await world.until(() => seen("/bottom"), 60_000);
  const all = await family(root);
  expect(all).toHaveLength(4);
  await world.mailbox.post(root, [{ id: "stop", input: { type: "cancel", by, reason: "enough" } }]);
  await world.queue.wake(root, 0);
  await world.until(async () => (await world.status(root)) === "cancelled");
  await doomed?.kill();
  await stage.workers(1);
  for (const run of all) {
    const events = await world.finished(run, 30_000);
    expect(events.at(-1)?.type).toBe("run-cancelled");
  }
  expect(await family(root)).toEqual(all);
  expect(seen("/up/3")).toBe(false);
}, 120_000);

async function endsWell(root: string, levels: number): Promise<void> {
  const { world } = stage;
  await world.finished(root, 90_000);
  const all = await family(root);
  expect(all).toHaveLength(levels);
  for (const run of all) {
    const events = await world.finished(run, 30_000);
    expect(events.at(-1)).toMatchObject({ type: "run-completed", output: levels });
    expect(effectFaults(world, run, events)).toEqual([]);
  }
}
