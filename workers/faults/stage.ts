import { afterAll, afterEach, beforeAll } from "vitest";
import type { RunEvent } from "../../engine/run/event.ts";
import { startWorld } from "./world.ts";
import type { WorkerHandle, World } from "./world.ts";

export interface Stage {
  readonly world: World;
  /** Starts workers that are killed when the test is over. */
  workers(count: number, env?: Record<string, string>): Promise<WorkerHandle[]>;
}

/** One world for all tests of a file, and no worker that outlives its test. */
export function useStage(): Stage {
  let world: World | null = null;
  const alive: WorkerHandle[] = [];
  const built = (): World => {
    if (world === null) throw new Error("The world is built before the first test and not before.");
    return world;
  };
  beforeAll(async () => {
    world = await startWorld();
  });
  afterEach(async () => {
    await Promise.all(alive.splice(0).map((worker) => worker.kill()));
  });
  afterAll(async () => {
    await world?.stop();
  });
  return {
    get world() {
      return built();
    },
    async workers(count, env = {}) {
      const started = await Promise.all(Array.from({ length: count }, () => built().startWorker({ env })));
      alive.push(...started);
      return started;
    },
  };
}

/** How often each step's effect was seen outside, by step and attempt. */
export function callsOf(world: World, run: string): Map<string, number> {
  const own = [...world.recorder.counts()].filter(([key]) => key.startsWith(`${run}.`));
  return new Map(own.map(([key, count]) => [key.slice(run.length + 1), count]));
}

/** How often each attempt was begun: an effect may be seen as often, and no more. */
export function begun(events: RunEvent[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const event of events) {
    if (event.type !== "step-started") continue;
    const name = `${event.step}.${event.attempt}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/** What must not have happened: effects without a begin of their own, completed calls that nobody outside saw, failed attempts. */
export function effectFaults(world: World, run: string, events: RunEvent[]): string[] {
  const [calls, begins] = [callsOf(world, run), begun(events)];
  const faults: string[] = [];
  for (const [name, count] of calls) {
    const most = begins.get(name) ?? 0;
    if (count > most) faults.push(`${name} was seen ${count} times and begun ${most} times`);
  }
  for (const event of events) {
    if (event.type === "step-failed") faults.push(`${event.step}.${event.attempt} failed: ${event.error.message}`);
    if (event.type !== "step-completed") continue;
    const name = `${event.step}.${event.attempt}`;
    if (begins.has(name) && !calls.has(name)) faults.push(`${name} completed and nobody saw it`);
  }
  return faults;
}
