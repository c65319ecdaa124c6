import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunEvent } from "../../engine/run/event.ts";
import { startWorld } from "./world.ts";
import type { World } from "./world.ts";
import { callingWorkflow } from "./workflows.ts";

const most = 3;
const runsInAll = 14;

let world: World;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  await world.stop();
});

/** How many steps were at work at once: each from its last begin to its result, as the journals tell it. */
function atOnce(journals: RunEvent[][]): number {
  const spans = journals.flatMap((events) => {
    const begun = new Map<string, number>();
    const done: { from: number; to: number }[] = [];
    for (const event of events) {
      if (event.type === "step-started") begun.set(event.step, event.at);
      const from = event.type === "step-completed" ? begun.get(event.step) : undefined;
      if (from !== undefined) done.push({ from, to: event.at });
    }
    return done;
  });
  return Math.max(...spans.map(({ from }) => spans.filter((other) => other.from <= from && other.to > from).length));
}

test("an organisation's limit holds over several workers, and over the death of one; no slot is lost with it", async () => {
  const workflow = await world.addWorkflow(callingWorkflow(world.recorder.url, 300));
  await world.pool.query("update organizations set settings = $1", [JSON.stringify({ limits: { steps: most } })]);
  const doomed = await world.startWorker();
  const other = await world.startWorker();
  const runs = await Promise.all(Array.from({ length: runsInAll }, (_, n) => world.startRun(workflow, { n })));
  await world.until(() => world.recorder.requests.length >= most + 2);
  const counting = (await world.redis.keys("baton:{slots:*")).filter((key) => !key.endsWith(":waiting"));
  expect(counting).toHaveLength(1);
  await doomed.kill();
  const journals = await Promise.all(runs.map((run) => world.finished(run, 90_000)));
  for (const events of journals) expect(events.at(-1)?.type).toBe("run-completed");
  expect(atOnce(journals)).toBeLessThanOrEqual(most);
  // What the dead one held was taken over or forgotten: nothing counts any more.
  await world.until(async () => (await world.redis.keys("baton:{slots:*")).length === 0, 20_000);
  await other.kill("SIGTERM");
}, 150_000);
