import { describe, expect, test, vi } from "vitest";
import type { HttpRequest, HttpResponse } from "../engine/ports/http.ts";
import type { ModelRequest } from "../engine/ports/model.ts";
import type { StepJob } from "../engine/ports/step-queue.ts";
import type { RunEvent } from "../engine/run/event.ts";
import { callbackMark } from "../engine/run/callbacks.ts";
import type { WorkflowFileInput } from "../engine/workflow/file.ts";
import type { MemoryWorker } from "./faults/memory-worker.ts";
import { useMemoryWorkers } from "./faults/memory-workers.ts";

const worker = useMemoryWorkers();

type Node = WorkflowFileInput["nodes"][number];
const by = { kind: "user" as const, id: null, label: "Ada" };

function calling(node: Partial<Node> = {}): WorkflowFileInput {
  return {
    schemaVersion: 1,
    name: "test",
    nodes: [
      { id: "start", type: "start" },
      {
        id: "call",
        type: "http",
        config: { method: "POST", url: "http://example.test/", body: { n: "{{ input.n }}" } },
        retry: { maxAttempts: 1 },
        ...node,
      },
      { id: "out", type: "output", config: { value: "{{ call.outputs }}" } },
    ],
    edges: [
      { id: "e0", source: "start", target: "call" },
      { id: "e1", source: "call", target: "out" },
    ],
  };
}

/** An outside world whose answers the test gives. */
function world() {
  const requests: HttpRequest[] = [];
  const waiting: PromiseWithResolvers<HttpResponse>[] = [];
  return {
    requests,
    http: {
      send(request: HttpRequest) {
        requests.push(request);
        const answer = Promise.withResolvers<HttpResponse>();
        waiting.push(answer);
        request.signal?.addEventListener("abort", () => answer.reject(new Error("aborted")));
        return answer.promise;
      },
    },
    answer(body = "ok") {
      waiting.shift()?.resolve({ status: 200, headers: {}, body, url: "http://example.test/" });
    },
  };
}

/** Wakes the run and takes the job of its one step. */
async function firstJob({ drainer, queue }: MemoryWorker, run: string): Promise<StepJob> {
  await drainer.wake(run, { recover: false });
  const job = queue.nextStep();
  if (job === null) throw new Error("There is no job.");
  return job;
}

/** The last event, once the run is at rest. */
const last = async ({ store, executeAll, queue }: MemoryWorker, run: string): Promise<RunEvent | undefined> => {
  queue.flush();
  await executeAll();
  return (await store.read(run, 0, 1_000)).at(-1);
};

describe("an effect", () => {
  test("is begun after its start is in the journal, and carries the key of run, step and attempt", async () => {
    const outside = world();
    const under = worker({ http: outside.http });
    const run = under.addRun(calling(), { n: 4 });
    const executing = under.executor.execute(await firstJob(under, run), 1);
    await vi.waitFor(() => expect(outside.requests).toHaveLength(1));
    expect(await last(under, run)).toMatchObject({ type: "step-started", claim: 1, worker: under.ports.worker });
    expect(outside.requests[0]).toMatchObject({ body: '{"n":4}', headers: { "idempotency-key": `${run}.call.1` } });
    outside.answer();
    expect(await executing).toBe("done");
    expect(await last(under, run)).toMatchObject({ type: "run-completed" });
  });

  test("hands the address of a wait on, which no journal ever has", async () => {
    const outside = world();
    const under = worker({ http: outside.http });
    const file = calling({
      config: {
        method: "POST",
        url: "http://example.test/",
        body: { back: "Call {{ run.callbacks.paid }}." },
      },
    });
    const run = under.addRun({
      ...file,
      nodes: [...file.nodes, { id: "paid", type: "wait", config: { mode: "callback" } }],
      edges: [...(file.edges ?? []), { id: "w", source: "start", target: "paid" }],
    });
    const executing = under.executor.execute(await firstJob(under, run), 1);
    await vi.waitFor(() => expect(outside.requests).toHaveLength(1));
    const address = under.ports.callbackAddress({ runId: run, step: "paid" });
    expect(outside.requests[0]?.body).toBe(`{"back":"Call ${address}."}`);
    outside.answer(`I was told of ${address}`);
    expect(await executing).toBe("done");
    const events = await under.store.read(run, 0, 1_000);
    const told = events.find((event) => event.type === "step-completed" && event.step === "call");
    const mark = callbackMark(run, under.ports.callbackAddress.key(run), "paid");
    expect(told).toMatchObject({ output: { body: `I was told of ${mark}` } });
    expect(JSON.stringify(events)).not.toContain(address);
  });

  test("is not repeated when its attempt is over, and what is owed is handed over again", async () => {
    const outside = world();
    const under = worker({ http: outside.http });
    const run = under.addRun(calling({ retry: { maxAttempts: 1 } }));
    const job = await firstJob(under, run);
    const executing = under.executor.execute(job, 1);
    await vi.waitFor(() => expect(outside.requests).toHaveLength(1));
    outside.answer();
    await executing;
    expect(await under.executor.execute(job, 2)).toBe("done");
    expect(outside.requests).toHaveLength(1);
  });

  test("is called off by a cancel, at once", async () => {
    const outside = world();
    const under = worker({ http: outside.http });
    const run = under.addRun(calling());
    const executing = under.executor.execute(await firstJob(under, run), 1);
    await vi.waitFor(() => expect(outside.requests).toHaveLength(1));
    await under.drainer.deliver(run, { type: "cancel", by, reason: "enough" });
    expect(await executing).toBe("done");
    expect(outside.requests[0]?.signal?.aborted).toBe(true);
    expect(await last(under, run)).toMatchObject({ type: "run-cancelled" });
  });

  test("that takes longer than its limit fails with STEP_TIMEOUT, which may be retried", async () => {
    const outside = world();
    const under = worker({ http: outside.http });
    const run = under.addRun(calling({ timeoutMs: 30 }));
    expect(await under.executor.execute(await firstJob(under, run), 1)).toBe("done");
    const events = await under.store.read(run, 0, 100);
    expect(events.find(({ type }) => type === "step-failed")).toMatchObject({
      error: { code: "STEP_TIMEOUT", retryable: true },
    });
  });

  test("that gives more than 10 MB fails by name", async () => {
    const outside = world();
    const under = worker({ http: outside.http });
    const run = under.addRun(calling());
    const executing = under.executor.execute(await firstJob(under, run), 1);
    await vi.waitFor(() => expect(outside.requests).toHaveLength(1));
    outside.answer("x".repeat(11 * 1024 * 1024));
    await executing;
    expect(await last(under, run)).toMatchObject({ type: "run-failed", error: { code: "VALUE_TOO_LARGE" } });
  });

  test("whose code throws something unexpected says nothing of it to people", async () => {
    const under = worker({ http: { send: () => Promise.reject(new TypeError("secret at /home/x")) } });
    const run = under.addRun(calling());
    await under.executor.execute(await firstJob(under, run), 1);
    const ended = await last(under, run);
    expect(ended).toMatchObject({ type: "run-failed", error: { code: "STEP_UNCAUGHT" } });
    expect(JSON.stringify(ended)).not.toContain("secret");
  });

  test("whose worker died five times is given up", async () => {
    const under = worker({ http: world().http });
    const run = under.addRun(calling());
    const job = await firstJob(under, run);
    for (let claim = 1; claim <= 5; claim++)
      await under.drainer.deliver(run, { type: "started", step: "call", attempt: 1, worker: "dead", claim });
    await under.executor.execute(job, 6);
    expect(await last(under, run)).toMatchObject({ type: "run-failed", error: { code: "STEP_POISONED" } });
  });

  test("whose workers died before they had begun it is not blamed for them", async () => {
    const outside = world();
    const under = worker({ http: outside.http });
    const run = under.addRun(calling());
    const executing = under.executor.execute(await firstJob(under, run), 6);
    await vi.waitFor(() => expect(outside.requests).toHaveLength(1));
    outside.answer();
    expect(await executing).toBe("done");
    expect(await last(under, run)).toMatchObject({ type: "run-completed" });
  });

  test("is retried after its delay, as another attempt with another key", async () => {
    const keys: unknown[] = [];
    const under = worker({
      http: {
        async send(request) {
          keys.push(request.headers["idempotency-key"]);
          return { status: keys.length === 1 ? 503 : 200, headers: {}, body: "", url: request.url };
        },
      },
    });
    const run = under.addRun(calling({ retry: { maxAttempts: 2, delayMs: 10, backoff: "fixed" } }));
    await under.executor.execute(await firstJob(under, run), 1);
    await vi.waitFor(async () => {
      await under.executeAll();
      expect(under.store.run(run)?.header.status).toBe("completed");
    }, 5_000);
    expect(keys).toEqual([`${run}.call.1`, `${run}.call.2`]);
  });
});

describe("a worker that stops", () => {
  test("hands the step back without an outcome", async () => {
    const outside = world();
    const under = worker({ http: outside.http });
    const run = under.addRun(calling());
    const executing = under.executor.execute(await firstJob(under, run), 1);
    await vi.waitFor(() => expect(outside.requests).toHaveLength(1));
    under.executor.stop();
    expect(await executing).toBe("handed-back");
    expect(await last(under, run)).toMatchObject({ type: "step-started" });
  });
});

describe("a job that stands for nothing", () => {
  test("is dropped", async () => {
    const under = worker({ http: world().http });
    const run = under.addRun(calling());
    const job = await firstJob(under, run);
    expect(await under.executor.execute({ ...job, seq: 1 }, 1)).toBe("done");
    expect(await under.executor.execute({ ...job, runId: "00000000-0000-4000-8000-000000000000" }, 1)).toBe("done");
    expect(under.logged.filter(({ level }) => level === "warn")).toHaveLength(2);
  });
});

describe("a model's answer", () => {
  test("streams to screens, is paid for in the journal, and a second call has a key of its own", async () => {
    const asked: ModelRequest[] = [];
    const texts: string[] = [];
    const usage = { model: "m", provider: "p", inputTokens: 3, outputTokens: 5, costUsd: 0.5, demo: true };
    const under = worker({
      model: {
        async answer(request) {
          asked.push(request);
          for (const piece of ["Hel", "lo"]) request.onText?.(piece);
          return { text: "Hello", value: null, usage, finish: "stop" };
        },
      },
      broadcaster: {
        events: () => undefined,
        ended: () => undefined,
        text: (_run, step, attempt, text) => texts.push(`${step} ${attempt} ${text}`),
        close: async () => undefined,
      },
    });
    const file: WorkflowFileInput = {
      schemaVersion: 1,
      name: "test",
      nodes: [
        { id: "start", type: "start" },
        { id: "write", type: "agent", config: { prompt: "Write" } },
      ],
      edges: [{ id: "e0", source: "start", target: "write" }],
    };
    const run = under.addRun(file);
    await under.executor.execute(await firstJob(under, run), 1);
    expect(asked[0]?.idempotencyKey).toBe(`${run}.write.1`);
    expect(texts).toEqual(["write 1 Hel", "write 1 lo"]);
    expect(under.store.run(run)?.row).toMatchObject({
      costUsd: 0.5,
      inputTokens: 3,
      outputTokens: 5,
      modelLabel: "demo",
    });
  });
});
