import { afterEach, expect, test, vi } from "vitest";
import type { RunSweep } from "../engine/ports/run-sweep.ts";
import { createMemoryWorker } from "./faults/memory-worker.ts";
import type { MemoryWorker } from "./faults/memory-worker.ts";
import { startSweeper } from "./sweep.ts";
import type { Sweeper } from "./sweep.ts";
import { answering, calling, chain, file } from "./faults/test-workflows.ts";

const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of closing.splice(0).toReversed()) await each.close();
});

function sweeping(over: Partial<RunSweep> = {}): { worker: MemoryWorker; sweeper: Sweeper } {
  const worker = createMemoryWorker(answering);
  const sweep: RunSweep = { ...worker.store, ...over };
  // The rounds are the test's own: the timer of the sweeper is far away.
  const sweeper = startSweeper({ sweep, drainer: worker.drainer, log: worker.ports.log, everyMs: 3_600_000 });
  closing.push(worker, sweeper);
  return { worker, sweeper };
}

const asking = file(
  [
    { id: "start", type: "start" },
    { id: "ask", type: "approval", config: { title: "Go on?", deadlineMs: 1_000 } },
    { id: "no", type: "transform", config: { value: "{{ ask.outputs.decision }}" } },
  ],
  [["start", "ask"]],
);
asking.edges?.push({ id: "no", source: "ask", sourcePort: "reject", target: "no" });

test("a run that nobody was woken for is turned", async () => {
  const { worker, sweeper } = sweeping();
  const run = worker.addRun(chain(2), { n: 1 });
  worker.store.run(run)!.updatedAt -= 6_000;
  await sweeper.sweep();
  expect(worker.store.run(run)?.header.status).toBe("completed");
});

test("steps whose jobs were lost with the queue are queued again", async () => {
  const { worker, sweeper } = sweeping();
  const run = worker.addRun(calling);
  await worker.drainer.wake(run, { recover: false });
  worker.queue.flush();
  worker.mailbox.flush();
  worker.store.run(run)!.updatedAt -= 6_000;
  await sweeper.sweep();
  await worker.executeAll();
  expect(worker.store.run(run)?.header.status).toBe("completed");
});

test("a deadline rejects in the round that finds it", async () => {
  const { worker, sweeper } = sweeping();
  const run = worker.addRun(asking);
  await worker.drainer.wake(run, { recover: false });
  worker.store.run(run)!.approvals[0]!.deadline = Date.now() - 1;
  await sweeper.sweep();
  await vi.waitFor(() => expect(worker.store.run(run)?.header.status).toBe("completed"));
  expect((await worker.store.read(run, 0, 100)).find(({ type }) => type === "approval-decided")).toMatchObject({
    decision: { decision: "reject", expired: true, by: { kind: "system" } },
  });
  expect(await worker.store.unappliedSignals(0, 10)).toEqual([]);
});

test("a signal of which nobody was told is taken in, young ones are left to their announcement", async () => {
  const { worker, sweeper } = sweeping();
  const run = worker.addRun(calling);
  await worker.drainer.wake(run, { recover: false });
  worker.store.addSignal(run, "cancel", { by: { kind: "user", id: null, label: "Ada" }, reason: "enough" });
  await sweeper.sweep();
  expect(worker.store.run(run)?.header.status).toBe("running");
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 2_500 });
  try {
    await sweeper.sweep();
    await vi.waitFor(() => expect(worker.store.run(run)?.header.status).toBe("cancelled"));
  } finally {
    vi.useRealTimers();
  }
});

test("a due timer fires although the worker that armed it is gone", async () => {
  const { worker, sweeper } = sweeping();
  const run = worker.addRun(
    file(
      [
        { id: "start", type: "start" },
        { id: "wait", type: "wait", config: { mode: "duration", durationMs: 3_000_000_000 } },
      ],
      [["start", "wait"]],
    ),
  );
  await worker.drainer.wake(run, { recover: false });
  worker.store.run(run)!.timers.get("wait:wait")!.dueAt = Date.now() - 1;
  await sweeper.sweep();
  await vi.waitFor(() => expect(worker.store.run(run)?.header.status).toBe("completed"));
});

test("one part that is away does not keep the others from their work, and is told of once", async () => {
  const { worker, sweeper } = sweeping({ dueTimers: () => Promise.reject(new Error("the database is away")) });
  const run = worker.addRun(chain(2), { n: 1 });
  worker.store.run(run)!.updatedAt -= 6_000;
  await sweeper.sweep();
  await sweeper.sweep();
  expect(worker.store.run(run)?.header.status).toBe("completed");
  expect(worker.logged.filter(({ level }) => level === "warn")).toHaveLength(1);
});
