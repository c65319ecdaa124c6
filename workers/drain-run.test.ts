import { describe, expect, test, vi } from "vitest";
import type { RunJournal } from "../engine/ports/run-journal.ts";
import type { EvaluationResult, Sandbox } from "../engine/ports/sandbox.ts";
import { checkJournal } from "./faults/journal-check.ts";
import { createMemoryStack, noSandbox } from "./faults/memory-worker.ts";
import { useMemoryWorkers } from "./faults/memory-workers.ts";
import { answering, calling, chain, file, journalOver, loop } from "./faults/test-workflows.ts";

const worker = useMemoryWorkers();

const by = { kind: "user" as const, id: null, label: "Ada" };

/** Each append takes a while, so that another worker can come between. */
function slow(base: RunJournal): RunJournal {
  return journalOver(base, () => new Promise((resolve) => setTimeout(resolve, 5))).journal;
}

describe("turning", () => {
  test("ten computing steps are one append, and the run's row tells the end", async () => {
    const stack = createMemoryStack();
    const { journal, batches } = journalOver(stack.store, () => undefined);
    const { addRun, finish, announced } = worker({ journal }, stack);
    // A slice ends by the clock, and a busy machine may end one early: of twenty runs one is undisturbed.
    const appends: number[] = [];
    for (let round = 0; round < 20; round++) {
      batches.length = 0;
      announced.length = 0;
      const events = await finish(addRun(chain(10), { n: 7 }));
      checkJournal(events);
      expect(events.at(-1)).toMatchObject({ type: "run-completed", output: 7 });
      expect(batches.at(-1)?.patch).toMatchObject({ status: "completed", output: 7 });
      expect(announced.flat()).toEqual(events.slice(1));
      appends.push(batches.length);
    }
    expect(Math.min(...appends)).toBe(1);
  });

  test("what finishes while an append is in flight goes out with the next: few appends, all events", async () => {
    const stack = createMemoryStack();
    const { journal, batches } = journalOver(stack.store, () => new Promise((resolve) => setTimeout(resolve, 20)));
    const { addRun, finish } = worker({ journal }, stack);
    const events = await finish(addRun(loop(2_000)));
    checkJournal(events);
    expect(events.filter(({ type }) => type === "step-completed").length).toBeGreaterThan(2_000);
    expect(batches.length).toBeLessThan(100);
  });

  test("an effect is queued only after its event is in the journal", async () => {
    const stack = createMemoryStack();
    const release = Promise.withResolvers<void>();
    const { journal } = journalOver(stack.store, () => release.promise);
    const { addRun, drainer, queue, executeAll, store } = worker({ journal, ...answering }, stack);
    const run = addRun(calling);
    const woken = drainer.wake(run, { recover: false });
    await new Promise((resolve) => setImmediate(resolve));
    expect(queue.nextStep()).toBeNull();
    release.resolve();
    await woken;
    await executeAll();
    expect((await store.read(run, 0, 100)).at(-1)).toMatchObject({ type: "run-completed", output: 200 });
  });

  test("a long turn lets others on, and a cancel gets in", async () => {
    const { addRun, drainer, store } = worker();
    const [long, short] = [addRun(loop(10_000)), addRun(chain(3), { n: 1 })];
    const turning = drainer.wake(long, { recover: false });
    await vi.waitFor(() => expect(store.run(long)!.events.length).toBeGreaterThan(10), { interval: 1 });
    await drainer.wake(short, { recover: false });
    expect(store.run(short)?.header.status).toBe("completed");
    await drainer.deliver(long, { type: "cancel", by, reason: "enough" });
    await turning;
    const events = await store.read(long, 0, 1_000_000);
    checkJournal(events);
    expect(events.at(-1)).toMatchObject({ type: "run-cancelled", reason: "enough" });
    expect(events.length).toBeLessThan(9_000);
  });

  test("expressions of steps side by side share one hop into the sandbox", async () => {
    const hops: string[][] = [];
    const sandbox: Sandbox = {
      ...noSandbox,
      evaluate: async (_run, evaluations) => {
        hops.push(evaluations.map(({ code }) => code));
        return evaluations.map((): EvaluationResult => ({ ok: true, value: 1 }));
      },
    };
    const { addRun, finish } = worker({ sandbox });
    const names = ["a", "b", "c"];
    const run = addRun(
      file(
        [
          { id: "start", type: "start" },
          ...names.map((id) => ({ id, type: "transform", config: { value: "{{ Math.abs(input.n) }}" } })),
        ],
        names.map((id) => ["start", id]),
      ),
    );
    expect((await finish(run)).at(-1)?.type).toBe("run-completed");
    expect(hops).toHaveLength(1);
    expect(hops[0]).toHaveLength(3);
  });

  test("an expression that fails is the step's failure, named, and is not tried again", async () => {
    const sandbox: Sandbox = {
      ...noSandbox,
      evaluate: async () => [{ ok: false, code: "EXPRESSION_FAILED", message: '"nope" is not defined' }],
    };
    const { addRun, finish } = worker({ sandbox });
    const run = addRun(
      file(
        [
          { id: "start", type: "start" },
          { id: "a", type: "transform", config: { value: "{{ Math.abs(input.n) }}" } },
        ],
        [["start", "a"]],
      ),
    );
    const events = await finish(run);
    expect(events.find(({ type }) => type === "step-failed")).toMatchObject({
      retryAt: null,
      error: {
        code: "EXPRESSION_FAILED",
        message: expect.stringContaining('{{ Math.abs(input.n) }}: "nope" is not defined'),
      },
    });
    expect(events.at(-1)).toMatchObject({ type: "run-failed" });
  });
});

describe("not alone", () => {
  test("two workers that both hold a run write one journal", async () => {
    const stack = createMemoryStack();
    const one = worker({ journal: slow(stack.store) }, stack);
    const two = worker({ journal: slow(stack.store) }, stack);
    const run = one.addRun(loop(3_000));
    const first = one.drainer.wake(run, { recover: false });
    await vi.waitFor(() => expect(stack.store.run(run)!.events.length).toBeGreaterThan(1), { interval: 1 });
    stack.mailbox.flush();
    await Promise.all([first, two.drainer.wake(run, { recover: false })]);
    const events = await stack.store.read(run, 0, 1_000_000);
    checkJournal(events);
    expect(events.at(-1)?.type).toBe("run-completed");
  });

  test("fifty deliveries of one input count once, each is answered, and the row of each signal is marked", async () => {
    const stack = createMemoryStack();
    const [one, two] = [worker(answering, stack), worker(answering, stack)];
    const run = one.addRun(
      file(
        [
          { id: "start", type: "start" },
          { id: "ask", type: "approval", config: { title: "Go on?" } },
        ],
        [["start", "ask"]],
      ),
    );
    await one.drainer.wake(run, { recover: false });
    const asked = stack.store.run(run)!.approvals[0]!;
    const signal = stack.store.addSignal(run, "decision", {});
    const decision = {
      approvalId: asked.id,
      decision: "approve",
      comment: null,
      fields: {},
      by,
      via: "api" as const,
      expired: false,
    };
    const stop = new AbortController().signal;
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        (index % 2 === 0 ? one : two).drainer.confirm(run, { type: "decided", step: "ask", decision }, stop),
      ),
    );
    expect(answers.filter(Boolean)).toHaveLength(1);
    await one.drainer.deliver(run, { type: "decided", step: "ask", decision }, { signal });
    await vi.waitFor(async () => expect(await stack.store.unappliedSignals(0, 10)).toEqual([]));
    const events = await stack.store.read(run, 0, 100);
    checkJournal(events);
    expect(events.filter(({ type }) => type === "approval-decided")).toHaveLength(1);
  });

  test("an input sent into the void is delivered again until it is in the journal", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const stack = createMemoryStack();
      const { addRun, drainer, store } = worker(answering, stack);
      const run = addRun(calling);
      // A dead worker's lease: whoever delivers now gets nothing.
      await stack.mailbox.deliver(run, [], 1_500);
      const answer = drainer.confirm(run, { type: "cancel", by, reason: "x" }, new AbortController().signal);
      await vi.advanceTimersByTimeAsync(1_990);
      expect(store.run(run)?.header.status).toBe("queued");
      vi.setSystemTime(Date.now() + 5_000);
      stack.mailbox.flush();
      await vi.advanceTimersByTimeAsync(100);
      expect(await answer).toBe(true);
      expect(store.run(run)?.header.status).toBe("cancelled");
    } finally {
      vi.useRealTimers();
    }
  });
});
