import { expect, test } from "vitest";
import { BatonError } from "../engine/errors.ts";
import type { JournalBatch, RunJournal } from "../engine/ports/run-journal.ts";
import type { ChildRuns } from "../engine/ports/child-runs.ts";
import type { Json } from "../engine/json.ts";
import { isRunEnded } from "../engine/run/status.ts";
import { createMemoryStack, createMemoryWorker, type MemoryStack } from "./faults/memory-worker.ts";

const calledId = "00000000-0000-4000-8000-00000000ca11";

/** Sub-workflows on the store in memory, which tells a child's end when it is asked. */
function memoryChildren(stack: MemoryStack): ChildRuns & { started: string[] } {
  const parents = new Map<string, { runId: string; step: string }>();
  const told = new Map<string, number>();
  const family: ReturnType<typeof memoryChildren> = {
    started: [],
    async start(run) {
      if (run.workflowId !== calledId) return "no-workflow";
      if (parents.has(run.id)) return "not-owed";
      parents.set(run.id, run.parent);
      family.started.push(run.id);
      const by = { kind: "system" as const, id: null, label: "sub-workflow" };
      const { id: runId, orgId, workflowId, priority, parent, input } = run;
      stack.store.addRun(
        { runId, orgId, workflowId, version: 1, priority },
        { seq: 1, at: 1, type: "run-queued", input, workflowId, version: 1, by, trigger: "sub-workflow", parent },
      );
      return "started";
    },
    async waitingSignals(runId) {
      return [...parents].flatMap(([childId, { runId: parent, step }]) => {
        const run = stack.store.run(childId);
        if (parent !== runId || run === undefined || !isRunEnded(run.header.status)) return [];
        const { output = null, error = null, costUsd = 0 } = run.row;
        const end = { status: run.header.status, output, error, costUsd, inputTokens: 0, outputTokens: 0, demo: false };
        const payload = { stepId: step, childId, ...end };
        const id = told.get(childId) ?? stack.store.addSignal(runId, "child", payload);
        told.set(childId, id);
        return [{ id, kind: "child", payload }];
      });
    },
    parentOf: async (runId) => parents.get(runId)?.runId ?? null,
    openChildren: async (runId) =>
      [...parents].flatMap(([id, { runId: parent }]) =>
        parent === runId && !isRunEnded(stack.store.run(id)?.header.status ?? "completed") ? [id] : [],
      ),
  };
  return family;
}

const caller = (value: Json) => ({
  schemaVersion: 1 as const,
  name: "caller",
  nodes: [
    { id: "start", type: "start" },
    { id: "call", type: "sub-workflow", config: { workflow: calledId, input: { n: value } } },
    { id: "result", type: "output", config: { value: "{{ call.outputs }}" } },
  ],
  edges: [
    { id: "a", source: "start", target: "call" },
    { id: "b", source: "call", target: "result" },
  ],
});
const called: Json = {
  schemaVersion: 1,
  name: "called",
  nodes: [
    { id: "start", type: "start" },
    { id: "result", type: "output", config: { value: "{{ input.n + 1 }}" } },
  ],
  edges: [{ id: "a", source: "start", target: "result" }],
};

test("a sub-workflow runs, and its output goes on in the run that called it", async () => {
  const stack = createMemoryStack();
  stack.store.addDefinition(calledId, 1, called);
  const children = memoryChildren(stack);
  const worker = createMemoryWorker({ children }, stack);
  const runId = worker.addRun(caller(41));
  await worker.finish(runId);
  expect(stack.store.run(runId)?.header.status).toBe("waiting");
  expect(children.started).toHaveLength(1);
  await worker.finish(children.started[0] ?? "");
  await worker.drainer.wake(runId, { recover: true });
  await expect.poll(() => stack.store.run(runId)?.header.status).toBe("completed");
  expect(stack.store.run(runId)?.row.output).toBe(42);
  await worker.close();
});

test("a worker that comes after a dead one finds the child that was started, and starts no second", async () => {
  const stack = createMemoryStack();
  stack.store.addDefinition(calledId, 1, called);
  const children = memoryChildren(stack);
  const first = createMemoryWorker({ children }, stack);
  const runId = first.addRun(caller(1));
  await first.finish(runId);
  await first.close();
  await stack.mailbox.forget(runId);
  const second = createMemoryWorker({ children }, stack);
  await second.finish(children.started[0] ?? "");
  await second.drainer.wake(runId, { recover: true });
  await expect.poll(() => stack.store.run(runId)?.header.status).toBe("completed");
  expect(children.started).toHaveLength(1);
  await second.close();
});

test("a start that was lost with its worker is made up for by whoever recovers the run", async () => {
  const stack = createMemoryStack();
  stack.store.addDefinition(calledId, 1, called);
  const children = memoryChildren(stack);
  const lost = { ...children, start: () => Promise.reject(new Error("the worker dies here")) };
  const first = createMemoryWorker({ children: lost }, stack);
  const runId = first.addRun(caller(1));
  await first.finish(runId);
  await first.close();
  expect(stack.store.run(runId)?.header.status).toBe("waiting");
  expect(children.started).toEqual([]);
  const second = createMemoryWorker({ children }, stack);
  await second.drainer.wake(runId, { recover: true });
  await expect.poll(() => children.started.length).toBe(1);
  await second.finish(children.started[0] ?? "");
  await second.drainer.wake(runId, { recover: true });
  await expect.poll(() => stack.store.run(runId)?.header.status).toBe("completed");
  expect(children.started).toHaveLength(1);
  await second.close();
});

test("cancelling the run reaches the one it started: both its call and its end are written with the events", async () => {
  const stack = createMemoryStack();
  stack.store.addDefinition(calledId, 1, called);
  const children = memoryChildren(stack);
  const calls: JournalBatch["calls"][] = [];
  const append: RunJournal["append"] = (batch) => {
    if (batch.calls !== undefined) calls.push(batch.calls);
    return stack.store.append(batch);
  };
  const worker = createMemoryWorker({ children, journal: { ...journalOf(stack), append } }, stack);
  const runId = worker.addRun(caller(1));
  await worker.finish(runId);
  const by = { kind: "user" as const, id: null, label: "Ada" };
  await worker.drainer.deliver(runId, { type: "cancel", by, reason: "" });
  await expect.poll(() => stack.store.run(runId)?.header.status).toBe("cancelled");
  expect(calls).toEqual([
    { open: children.started, close: [] },
    { open: [], close: children.started },
  ]);
  await worker.close();
});

function journalOf({ store }: MemoryStack): RunJournal {
  return {
    append: (batch) => store.append(batch),
    header: (runId) => store.header(runId),
    read: (...range) => store.read(...range),
    event: (runId, seq) => store.event(runId, seq),
    artifacts: (runId, ids) => store.artifacts(runId, ids),
    definition: (workflowId, version) => store.definition(workflowId, version),
  };
}

test("where the organisation may queue no more runs, the sub-workflow waits until there is room", async () => {
  const stack = createMemoryStack();
  stack.store.addDefinition(calledId, 1, called);
  const children = memoryChildren(stack);
  let room = false;
  let asked = 0;
  const admission = {
    async admit() {
      asked += 1;
      if (!room) throw new BatonError("RUN_QUEUE_FULL", "No room.");
    },
  };
  const worker = createMemoryWorker({ children, admission }, stack);
  const runId = worker.addRun(caller(41));
  await worker.finish(runId);
  expect(asked).toBe(1);
  expect(children.started).toEqual([]);
  expect(stack.store.run(runId)?.header.status).toBe("waiting");
  room = true;
  await expect.poll(() => children.started.length, { timeout: 5_000 }).toBe(1);
  await worker.finish(children.started[0] ?? "");
  await worker.drainer.wake(runId, { recover: true });
  await expect.poll(() => stack.store.run(runId)?.row.output).toBe(42);
  await worker.close();
});
