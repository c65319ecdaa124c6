// Workers that reach Redis over a line which is slow and breaks again and again.
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { expect, test } from "vitest";
import { effectFaults, useStage } from "./stage.ts";
import { callingWorkflow } from "./workflows.ts";

const stage = useStage();

interface Line {
  url: string;
  /** Breaks whatever is connected; gives how many that were. */
  cut(): number;
  close(): Promise<void>;
}

/** A way to `target` on which everything takes so long, each way. */
async function badLine(target: URL, delayMs: number): Promise<Line> {
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      from.on("data", (piece) => setTimeout(() => to.writable && to.write(piece), delayMs));
      from.on("error", () => undefined);
      from.on("close", () => {
        open.delete(from);
        to.destroy();
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = new URL(target);
  url.port = String((server.address() as AddressInfo).port);
  const cut = (): number => {
    const broken = [...open];
    for (const socket of broken) socket.destroy();
    return broken.length;
  };
  return {
    url: url.href,
    cut,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
}

test("a slow line to Redis that is cut every second: every run completes, no attempt fails, and no worker ends", async () => {
  const { world } = stage;
  const line = await badLine(new URL(world.stack.env["REDIS_URL"] ?? ""), 40);
  try {
    const workers = await stage.workers(2, { REDIS_URL: line.url });
    const workflow = await world.addWorkflow(callingWorkflow(world.recorder.url, 900));
    const runs = await Promise.all(Array.from({ length: 12 }, (_, n) => world.startRun(workflow, { n })));
    let cuts = 0;
    const cutting = setInterval(() => {
      if (line.cut() > 0) cuts += 1;
    }, 1_000);
    try {
      await world.until(
        async () => cuts >= 8 || (await Promise.all(runs.map(world.status))).every((s) => s === "completed"),
        60_000,
      );
    } finally {
      clearInterval(cutting);
    }
    expect(cuts).toBeGreaterThan(2);
    for (const run of runs) {
      const events = await world.finished(run, 60_000);
      expect(events.at(-1)?.type).toBe("run-completed");
      expect(effectFaults(world, run, events)).toEqual([]);
    }
    for (const worker of workers) expect(worker.process.exitCode, worker.output().slice(-2_000)).toBeNull();
  } finally {
    await line.close();
  }
}, 180_000);
