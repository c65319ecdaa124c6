import { afterEach, expect, test, vi } from "vitest";
import { checkJournal } from "./faults/journal-check.ts";
import { createMemoryStack, createMemoryWorker } from "./faults/memory-worker.ts";
import type { MemoryStack, MemoryWorker } from "./faults/memory-worker.ts";
import { answering, calling, file } from "./faults/test-workflows.ts";

const workers: MemoryWorker[] = [];
const worker = (stack: MemoryStack): MemoryWorker => {
  const made = createMemoryWorker(answering, stack);
  workers.push(made);
  return made;
};
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(workers.splice(0).map((each) => each.close()));
});

/** start → calls, one after another */
const calls = (count: number) => {
  const ids = Array.from({ length: count }, (_, index) => `call${index}`);
  return file(
    [
      { id: "start", type: "start" },
      ...ids.map((id) => ({ id, type: "http", config: { method: "GET" as const, url: "http://example.test/" } })),
    ],
    ids.map((id, index) => [index === 0 ? "start" : `call${index - 1}`, id]),
  );
};

/** The stack with every move of its mailbox counted. */
function counting(): { stack: MemoryStack; moves: string[] } {
  const stack = createMemoryStack();
  const moves: string[] = [];
  const { deliver, settle, take } = stack.mailbox;
  stack.mailbox = {
    ...stack.mailbox,
    deliver: (...given) => (moves.push("deliver"), deliver(...given)),
    settle: (...given) => (moves.push("settle"), settle(...given)),
    take: (...given) => (moves.push("take"), take(...given)),
  };
  return { stack, moves };
}

test("a run whose steps are executed where it is held costs its mailbox nothing between its first and its last", async () => {
  const { stack, moves } = counting();
  const { addRun, finish } = worker(stack);
  const events = await finish(addRun(calls(8)));
  checkJournal(events);
  expect(events.at(-1)?.type).toBe("run-completed");
  expect(moves).toEqual(["deliver", "settle"]);
});

test("what another worker's steps give is taken in at once", async () => {
  const { stack, moves } = counting();
  const [holder, other] = [worker(stack), worker(stack)];
  const run = holder.addRun(calls(3));
  await holder.drainer.wake(run, { recover: false });
  expect(holder.drainer.size).toBe(1);
  await other.executeAll();
  expect(other.drainer.size).toBe(0);
  const events = await stack.store.read(run, 0, 1_000);
  checkJournal(events);
  expect(events.at(-1)?.type).toBe("run-completed");
  expect(moves.filter((move) => move === "settle")).toHaveLength(1);
});

test("a held run that is woken to recover hands over again what it owes", async () => {
  const { addRun, drainer, queue, executeAll, store } = worker(createMemoryStack());
  const run = addRun(calling);
  await drainer.wake(run, { recover: false });
  queue.flush();
  await drainer.wake(run, { recover: true });
  expect(drainer.size).toBe(1);
  await executeAll();
  expect(store.run(run)?.header.status).toBe("completed");
});

test("a held run whose lease was lost is taken anew by the wake that finds it so", async () => {
  const { addRun, drainer, queue, mailbox, executeAll, store } = worker(createMemoryStack());
  const run = addRun(calling);
  await drainer.wake(run, { recover: false });
  queue.flush();
  mailbox.flush();
  await drainer.wake(run, { recover: true });
  await executeAll();
  expect(store.run(run)?.header.status).toBe("completed");
});

test("a run whose step takes long is let go, with its state, and goes on when the step ends", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const stack = createMemoryStack();
  const { addRun, drainer, executeAll, store, mailbox } = worker(stack);
  const run = addRun(calling);
  await drainer.wake(run, { recover: false });
  expect(await mailbox.deliver(run, [], 1_000)).toBeNull();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(drainer.size).toBe(0);
  const lease = await mailbox.deliver(run, [], 1_000);
  expect(lease?.state?.seq).toBe(store.run(run)?.events.length);
  await mailbox.settle(lease!, null, 1_000);
  await executeAll();
  expect(store.run(run)?.header.status).toBe("completed");
});

test("a worker that stops lets the runs go that it only keeps", async () => {
  const stack = createMemoryStack();
  const [leaving, staying] = [worker(stack), worker(stack)];
  const run = leaving.addRun(calling);
  await leaving.drainer.wake(run, { recover: false });
  await leaving.close();
  await staying.executeAll();
  expect(stack.store.run(run)?.header.status).toBe("completed");
  expect(staying.drainer.size).toBe(0);
});

test("a person's input gets in while a run is kept", async () => {
  const { addRun, drainer, store } = worker(createMemoryStack());
  const run = addRun(calling);
  await drainer.wake(run, { recover: false });
  await drainer.confirm(
    run,
    { type: "cancel", by: { kind: "user", id: null, label: "Ada" }, reason: "enough" },
    new AbortController().signal,
  );
  expect(store.run(run)?.header.status).toBe("cancelled");
});
