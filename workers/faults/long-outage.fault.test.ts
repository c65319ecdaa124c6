// Redis and Postgres both stop answering, for longer than every lock, lease and time limit on the way to them.
import { expect, test } from "vitest";
import { processTree, signalAll } from "./process-tree.ts";
import { effectFaults, useStage } from "./stage.ts";
import { callingWorkflow } from "./workflows.ts";

const awayMs = 60_000;
const stage = useStage();

test("Redis and Postgres frozen for 60 s: the same workers go on, and nothing fails", async () => {
  const { world } = stage;
  const workers = await stage.workers(2);
  const workflow = await world.addWorkflow(callingWorkflow(world.recorder.url, 300));
  const runs = await Promise.all(Array.from({ length: 20 }, (_, n) => world.startRun(workflow, { n })));
  await world.until(() => world.recorder.requests.length >= 30);
  const frozen = world.stack.children
    .filter(({ name }) => name === "redis" || name === "postgres")
    .flatMap((child) => processTree(child.pid() ?? 0));
  expect(frozen.length).toBeGreaterThan(5);
  signalAll(frozen, "SIGSTOP");
  const since = performance.now();
  await world.until(() => performance.now() - since > awayMs, awayMs + 5_000);
  signalAll(frozen, "SIGCONT");
  const back = Date.now();
  for (const run of runs) {
    const events = await world.finished(run, 60_000);
    expect(events.at(-1)?.type).toBe("run-completed");
    expect(effectFaults(world, run, events)).toEqual([]);
    // The bar for an outage of the database is thirty seconds until its runs move again.
    const moved = events.find(({ at }) => at > back - 1_000);
    if (moved !== undefined) expect(moved.at - back).toBeLessThan(30_000);
  }
  for (const worker of workers) expect(worker.process.exitCode, worker.output().slice(-2_000)).toBeNull();
}, 180_000);
