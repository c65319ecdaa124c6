import { describe, expect, test, vi } from "vitest";
import type { RunJournal } from "../engine/ports/run-journal.ts";
import type { RunEvent } from "../engine/run/event.ts";
import { checkJournal } from "./faults/journal-check.ts";
import { createMemoryStack, createMemoryWorker } from "./faults/memory-worker.ts";
import { useMemoryWorkers } from "./faults/memory-workers.ts";
import { answering, calling, chain, file, journalOver, loop } from "./faults/test-workflows.ts";

const worker = useMemoryWorkers();

const by = { kind: "user" as const, id: null, label: "Ada" };

describe("when things break", () => {
  test("a database that is away for one append costs nothing", async () => {
    const stack = createMemoryStack();
    let cut = false;
    const { journal } = journalOver(stack.store, ({ events }) => {
      if (cut || !events.some(({ type }) => type === "step-started")) return;
      cut = true;
      throw Object.assign(new Error("Connection terminated unexpectedly"), { code: "08006" });
    });
    const { addRun, drainer, executeAll, store, ports } = worker({ journal, ...answering }, stack);
    const run = addRun(calling);
    await drainer.wake(run, { recover: false });
    await executeAll();
    await vi.waitFor(() => expect(store.run(run)?.header.status).toBe("completed"), 5_000);
    checkJournal(await ports.journal.read(run, 0, 100));
  });

  test("a timer that comes before its time is armed again, and does not get lost", async () => {
    const { addRun, drainer, executeAll, store, ports } = worker({ ...answering });
    const run = addRun(calling);
    await drainer.wake(run, { recover: false });
    const due = store.run(run)?.timers.get("run-timeout")?.dueAt;
    expect(due).toBeGreaterThan(0);
    await drainer.confirm(run, { type: "timer", key: "run-timeout" }, new AbortController().signal);
    expect(store.run(run)?.timers.get("run-timeout")).toEqual({ dueAt: due, claimedAt: null });
    // One that is owed no more goes.
    await drainer.confirm(run, { type: "timer", key: "retry:gone" }, new AbortController().signal);
    expect([...(store.run(run)?.timers.keys() ?? [])]).toEqual(["run-timeout"]);
    await executeAll();
    await vi.waitFor(() => expect(store.run(run)?.header.status).toBe("completed"), 5_000);
    expect(store.run(run)?.timers.size).toBe(0);
    checkJournal(await ports.journal.read(run, 0, 100));
  });

  test("an append that was written and whose answer was lost is not written twice", async () => {
    const stack = createMemoryStack();
    let lost = false;
    const journal: RunJournal = {
      ...stack.store,
      async append(batch) {
        const result = await stack.store.append(batch);
        if (lost) return result;
        lost = true;
        throw Object.assign(new Error("Connection terminated unexpectedly"), { code: "08006" });
      },
    };
    const { addRun, drainer, store } = worker({ journal }, stack);
    const run = addRun(chain(3), { n: 1 });
    await expect(drainer.wake(run, { recover: false })).rejects.toThrow(/terminated/);
    await drainer.wake(run, { recover: true });
    const events = await store.read(run, 0, 100);
    checkJournal(events);
    expect(events.at(-1)?.type).toBe("run-completed");
  });

  test("a run that cannot be turned is failed after the third time, and its journal says so", async () => {
    const stack = createMemoryStack();
    const healthy = createMemoryWorker({}, stack);
    const broken = worker(
      {
        plans: {
          identity: healthy.ports.plans.identity,
          plan: async (...version) => ({ ...(await healthy.ports.plans.plan(...version)), scopes: null as never }),
        },
      },
      stack,
    );
    const run = broken.addRun(chain(2), { n: 1 });
    await expect(broken.drainer.wake(run, { recover: false })).rejects.toThrow();
    await expect(broken.drainer.wake(run, { recover: false })).rejects.toThrow();
    await broken.drainer.wake(run, { recover: false });
    const events = await stack.store.read(run, 0, 100);
    checkJournal(events);
    expect(events.at(-1)).toMatchObject({ type: "run-failed", error: { code: "INTERNAL" } });
    expect(broken.logged.filter(({ message }) => message === "a turn failed")).toHaveLength(3);
    await healthy.close();
  });

  test("a hot state that is broken is not used twice", async () => {
    const stack = createMemoryStack();
    const { drainer, mailbox, store, executeAll } = worker(answering, stack);
    const first = worker(answering, stack);
    const run = first.addRun(calling);
    await first.drainer.wake(run, { recover: false });
    await first.close();
    const lease = await mailbox.deliver(run, [], 1_000);
    await mailbox.forgetState(run);
    await mailbox.settle(lease!, { ...lease!.state!, frames: null as never }, 1_000);
    await expect(drainer.wake(run, { recover: true })).rejects.toThrow();
    await drainer.wake(run, { recover: true });
    await executeAll();
    expect(store.run(run)?.header.status).toBe("completed");
  });

  test("a lease that ran out without having been let go has its run recovered by whoever comes next", async () => {
    const stack = createMemoryStack();
    const [first, second] = [worker(answering, stack), worker(answering, stack)];
    const run = first.addRun(calling);
    await first.drainer.wake(run, { recover: false });
    await first.close();
    stack.queue.flush();
    await second.drainer.wake(run, { recover: false });
    expect(stack.queue.nextStep()).toBeNull();
    // A third one takes the run and dies with it.
    await vi.waitFor(async () => expect(await stack.mailbox.deliver(run, [], 1)).not.toBeNull());
    await vi.waitFor(async () => {
      await second.drainer.wake(run, { recover: false });
      expect(stack.queue.nextStep()).toMatchObject({ stepId: "call", attempt: 1 });
    });
  });

  test("a step whose worker died is begun again, and counted as such; one begun for the first time is not", async () => {
    const stack = createMemoryStack();
    const [first, second] = [worker(answering, stack), worker(answering, stack)];
    const run = first.addRun(calling);
    await first.drainer.wake(run, { recover: false });
    const job = stack.queue.nextStep();
    const begin = { type: "started" as const, step: "call", attempt: 1, worker: first.ports.worker, claim: 0 };
    expect(await first.drainer.confirm(run, begin, new AbortController().signal)).toBe(true);
    await first.close();
    expect(first.begunAgain()).toBe(0);
    expect(await second.executor.execute(job!, 1)).toBe("done");
    expect(second.begunAgain()).toBe(1);
    await vi.waitFor(() => expect(stack.store.run(run)?.header.status).toBe("completed"));
  });

  test("a step that is begun again is counted once, however often its begin is handed over in an outage", async () => {
    const stack = createMemoryStack();
    const first = worker(answering, stack);
    const run = first.addRun(calling);
    await first.drainer.wake(run, { recover: false });
    const job = stack.queue.nextStep();
    const begin = { type: "started" as const, step: "call", attempt: 1, worker: first.ports.worker, claim: 0 };
    await first.drainer.confirm(run, begin, new AbortController().signal);
    await first.close();
    let cuts = 2;
    const { journal } = journalOver(stack.store, () => {
      if (cuts-- > 0) throw Object.assign(new Error("Connection terminated unexpectedly"), { code: "08006" });
    });
    const second = worker({ journal, ...answering }, stack);
    expect(await second.executor.execute(job!, 1)).toBe("done");
    expect(cuts).toBeLessThan(0);
    expect(second.begunAgain()).toBe(1);
  });

  test("a step that is begun for the first time counts as nothing, though its begin is handed over again to a slow journal", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const stack = createMemoryStack();
      const slow = Promise.withResolvers<void>();
      const { journal, batches } = journalOver(stack.store, ({ events }) =>
        events.some(({ type }) => type === "step-started") ? slow.promise : undefined,
      );
      const { addRun, drainer, executor, begunAgain } = worker({ journal, ...answering }, stack);
      const run = addRun(calling);
      await drainer.wake(run, { recover: false });
      const executing = executor.execute(stack.queue.nextStep()!, 1);
      // Unanswered for so long, the begin is handed over again.
      await vi.advanceTimersByTimeAsync(5_000);
      expect(batches).toHaveLength(2);
      slow.resolve();
      expect(await executing).toBe("done");
      expect(begunAgain()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  test("a hot state that is ahead of its journal, as after a database was restored, is dropped by who recovers", async () => {
    const stack = createMemoryStack();
    const [first, second] = [worker(answering, stack), worker(answering, stack)];
    const run = first.addRun(calling);
    await first.drainer.wake(run, { recover: false });
    await first.close();
    const lease = await stack.mailbox.deliver(run, [], 1_000);
    await stack.mailbox.settle(lease!, { ...lease!.state!, seq: 50, status: "paused" }, 1_000);
    stack.queue.flush();
    await second.drainer.wake(run, { recover: true });
    await second.executeAll();
    expect(stack.store.run(run)?.header.status).toBe("completed");
    checkJournal(await stack.store.read(run, 0, 100));
  });

  test("a version that no longer compiles fails its runs at once, saying why", async () => {
    const { addRun, finish, store, drainer } = worker();
    const run = addRun({ ...chain(2), nodes: [{ id: "start", type: "no-such-type" }], edges: [] });
    const events = await finish(run);
    expect(events.at(-1)).toMatchObject({ type: "run-failed", error: { code: "WORKFLOW_INVALID" } });
    // What comes later finds it over, and does not come again.
    store.run(run)!.timers.set("wait:a", { dueAt: 0, claimedAt: null });
    const signal = store.addSignal(run, "cancel", {});
    await drainer.deliver(run, { type: "timer", key: "wait:a" });
    await drainer.deliver(run, { type: "cancel", by, reason: "x" }, { signal });
    await vi.waitFor(async () => expect(await store.unappliedSignals(0, 10)).toEqual([]));
    expect([...store.run(run)!.timers.keys()]).toEqual([]);
  });

  test("a run that was deleted is let go, and nobody waits for it", async () => {
    const { addRun, drainer, store } = worker(answering);
    const run = addRun(calling);
    await drainer.wake(run, { recover: false });
    store.remove(run);
    const stop = new AbortController().signal;
    expect(await drainer.confirm(run, { type: "cancel", by, reason: "x" }, stop)).toBe(false);
    expect(await drainer.confirm("00000000-0000-4000-8000-000000000000", { type: "start" }, stop)).toBe(false);
  });
});

describe("a worker that stops", () => {
  test("leaves a long turn where it is, and another goes on from there", async () => {
    const stack = createMemoryStack();
    const [leaving, staying] = [worker({}, stack), worker({}, stack)];
    const run = leaving.addRun(loop(5_000));
    const turning = leaving.drainer.wake(run, { recover: false });
    await vi.waitFor(() => expect(stack.store.run(run)!.events.length).toBeGreaterThan(100), { interval: 1 });
    await leaving.drainer.close();
    await turning;
    const before = await stack.store.read(run, 0, 1_000_000);
    expect(before.length).toBeLessThan(5_000);
    expect(stack.queue.nextWake()).toBe(run);
    const events = await staying.finish(run);
    checkJournal(events);
    expect(events.at(-1)?.type).toBe("run-completed");
    expect(events.slice(0, before.length)).toEqual(before);
  });
});

describe("limits", () => {
  test("a run whose results outgrow its state is failed, and what it waited for is called off", async () => {
    // Each may travel inline; all of them may not.
    const big = "x".repeat(250 * 1024);
    const under = worker({ http: { send: async () => ({ status: 200, headers: {}, body: big, url: "" }) } });
    const ids = Array.from({ length: 140 }, (_, index) => `read${index}`);
    const run = under.addRun(
      file(
        [
          { id: "start", type: "start" },
          ...ids.map((id) => ({ id, type: "http", config: { method: "GET" as const, url: "http://example.test/" } })),
          { id: "ask", type: "approval", config: { title: "Go on?" } },
        ],
        ["ask", ...ids].map((id) => ["start", id]),
      ),
    );
    const events = await under.finish(run);
    checkJournal(events);
    expect(events.at(-1)).toMatchObject({ type: "run-failed", error: { code: "STATE_TOO_LARGE" } });
    expect([...under.store.run(run)!.timers.keys()]).toEqual([]);
    expect(under.store.run(run)!.approvals.map(({ status }) => status)).toEqual(["cancelled"]);
  });
});

describe("time", () => {
  test("a wait is over on time, to within a tenth of a second, and its timer's row goes", async () => {
    const { addRun, drainer, store } = worker();
    const run = addRun(
      file(
        [
          { id: "start", type: "start" },
          { id: "wait", type: "wait", config: { mode: "duration", durationMs: 200 } },
        ],
        [["start", "wait"]],
      ),
    );
    await drainer.wake(run, { recover: false });
    expect([...store.run(run)!.timers.keys()]).toEqual(["run-timeout", "wait:wait"]);
    await vi.waitFor(() => expect(store.run(run)?.header.status).toBe("completed"));
    const events: RunEvent[] = await store.read(run, 0, 100);
    const started = events.find((event) => event.type === "wait-started");
    const late =
      events.find((event) => event.type === "timer-fired")!.at -
      (started?.type === "wait-started" ? (started.until ?? 0) : 0);
    expect(late).toBeGreaterThanOrEqual(-2);
    expect(late).toBeLessThan(1_000);
    expect([...store.run(run)!.timers.keys()]).toEqual([]);
  });

  test("a timer of a run that is over leaves no row behind", async () => {
    const { addRun, finish, drainer, store } = worker();
    const run = addRun(chain(1), { n: 1 });
    await finish(run);
    store.run(run)!.timers.set("wait:gone", { dueAt: 0, claimedAt: null });
    await drainer.deliver(run, { type: "timer", key: "wait:gone" });
    await vi.waitFor(() => expect(store.run(run)?.timers.size).toBe(0));
  });
});
