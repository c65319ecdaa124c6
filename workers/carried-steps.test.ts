import { afterEach, describe, expect, test, vi } from "vitest";
import { CarriedSteps, type CarryingSlot, type QueuedStep } from "./carried-steps.ts";
import type { StepJob } from "../engine/ports/step-queue.ts";
import { checkJournal } from "./faults/journal-check.ts";
import { createMemoryStack, createMemoryWorker, type MemoryWorker } from "./faults/memory-worker.ts";
import { file } from "./faults/test-workflows.ts";
import { workInSlot } from "./work-in-slot.ts";

const step = (seq: number, runId = "r"): QueuedStep => ({
  job: { runId, stepId: `s${seq}`, nodeId: "n", attempt: 1, seq },
  priority: 0,
  rank: 0,
  orgId: "o",
});

async function taken(carried: CarriedSteps, runId: string): Promise<CarryingSlot> {
  const slot = await carried.take(runId);
  if (slot === null) throw new Error("There is no free slot.");
  return slot;
}

describe("a slot", () => {
  test("goes on with one step of its run, once its own is ready, and not with another run's", async () => {
    const carried = new CarriedSteps(2);
    const slot = await taken(carried, "r");
    expect(carried.offer(step(1))).toBe(false);
    slot.ready();
    expect(carried.offer(step(1, "other"))).toBe(false);
    expect(carried.offer(step(1))).toBe(true);
    expect(carried.offer(step(2))).toBe(false);
    expect(slot.next()).toEqual(step(1));
    expect(carried.has(step(1).job)).toBe(true);
    expect(carried.holds("r")).toBe(true);
    expect(slot.next()).toBeNull();
    expect(carried.has(step(1).job)).toBe(false);
    expect(carried.holds("r")).toBe(false);
  });

  test("stays with its run while the worker has room, and a quarter of a second while others may wait", async () => {
    let now = 0;
    const carried = new CarriedSteps(2, () => now);
    const slot = await taken(carried, "r");
    now = 10_000;
    slot.ready();
    expect(carried.offer(step(1))).toBe(true);
    slot.next();
    const neighbour = await taken(carried, "other");
    slot.ready();
    expect(carried.offer(step(2))).toBe(false);
    expect(slot.next()).toBeNull();
    now += 200;
    neighbour.ready();
    expect(carried.offer(step(3, "other"))).toBe(true);
    await taken(carried, "third");
    neighbour.next();
    now += 100;
    neighbour.ready();
    expect(carried.offer(step(4, "other"))).toBe(false);
  });

  test("takes nothing more once it is closed", async () => {
    const carried = new CarriedSteps(2);
    const slot = await taken(carried, "r");
    carried.close();
    slot.ready();
    expect(carried.offer(step(1))).toBe(false);
    expect(slot.next()).toBeNull();
  });

  test("goes to who waited the longest, and nobody gets more than there are", async () => {
    const carried = new CarriedSteps(1);
    const first = await taken(carried, "a");
    const given: string[] = [];
    const waiting = ["b", "c"].map(async (run) => {
      const slot = await taken(carried, run);
      given.push(run);
      return slot;
    });
    await Promise.resolve();
    expect(given).toEqual([]);
    first.next();
    const second = await waiting[0];
    expect(given).toEqual(["b"]);
    second?.next();
    await waiting[1];
    expect(given).toEqual(["b", "c"]);
  });

  test("that does not come free within a second is not waited for, nor once the worker closes", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const carried = new CarriedSteps(1);
    const slot = await taken(carried, "a");
    const late = carried.take("b");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await late).toBeNull();
    const closed = carried.take("c");
    carried.close();
    expect(await closed).toBeNull();
    // Nobody is left to whom it could go by mistake.
    slot.next();
    expect(await carried.take("d")).not.toBeNull();
  });
});

/** start → calls, one after another → out; each call is answered by the test. */
function stage() {
  const requests: string[] = [];
  let answer: () => Promise<void> = async () => undefined;
  const http = {
    send: async ({ url }: { url: string }) => {
      requests.push(url);
      await answer();
      return { status: 200, headers: {}, body: "", url };
    },
  };
  const under: MemoryWorker = createMemoryWorker({ http }, createMemoryStack());
  open.push(under);
  const ids = Array.from({ length: 4 }, (_, index) => `call${index}`);
  const run = under.addRun(
    file(
      [
        { id: "start", type: "start" },
        ...ids.map((id) => ({
          id,
          type: "http",
          config: { method: "GET" as const, url: `http://example.test/${id}` },
        })),
      ],
      ids.map((id, index) => [index === 0 ? "start" : `call${index - 1}`, id]),
    ),
  );
  const { executor, carried, queue, ports } = under;
  const slots = workInSlot({ executor, carried, queue, log: ports.log, metrics: { step: (verdict) => verdict } });
  return {
    ...under,
    run,
    requests,
    slots,
    work: slots.fromQueue,
    onCall: (next: () => Promise<void>) => {
      answer = next;
    },
    async first() {
      await under.drainer.wake(run, { recover: false });
      const job = queue.nextStep();
      if (job === null) throw new Error("There is no job.");
      return job;
    },
  };
}

let under: ReturnType<typeof stage>;
const open: MemoryWorker[] = [];
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(open.splice(0).map((worker) => worker.close()));
});

/**
 * Works on the first step until the second one is under way in its slot, where `second` answers it. A turn's slice ends by the clock: where a
 * busy machine ends one between an outcome and what follows, that goes through the queue, and it is tried anew.
 */
async function carrying(second: () => Promise<void>): Promise<{ working: Promise<string> }> {
  for (let round = 0; round < 20; round++) {
    under = stage();
    const { requests } = under;
    under.onCall(() => (requests.length === 2 ? second() : Promise.resolve()));
    const working = under.work(await under.first(), 1);
    const moment = () => new Promise<string>((resolve) => setImmediate(resolve, "not yet"));
    while (requests.length < 2 && (await Promise.race([working, moment()])) === "not yet");
    if (requests.length === 2) return { working };
  }
  throw new Error("No step was carried in twenty runs.");
}

test("steps one after another use one slot and no queue", async () => {
  // A turn's slice ends by the clock, and a busy machine may end one between an outcome and what follows: of twenty runs one is undisturbed.
  const left: number[] = [];
  for (let round = 0; round < 20 && !left.includes(0); round++) {
    under = stage();
    expect(await under.work(await under.first(), 1)).toBe("done");
    left.push(4 - under.requests.length);
    await under.executeAll();
    const events = await under.store.read(under.run, 0, 1_000);
    checkJournal(events);
    expect(events.at(-1)?.type).toBe("run-completed");
  }
  expect(left).toContain(0);
});

test("a carried step is not handed out again by a wake that recovers, however long it takes", async () => {
  const held = Promise.withResolvers<void>();
  const { working } = await carrying(() => held.promise);
  await under.drainer.wake(under.run, { recover: true });
  await under.drainer.wake(under.run, { recover: true });
  expect(under.queue.nextStep()).toBeNull();
  expect(await under.mailbox.deliver(under.run, [], 1_000)).toBeNull();
  held.resolve();
  await working;
  await under.executeAll();
  expect(under.requests).toHaveLength(4);
  expect(under.store.run(under.run)?.header.status).toBe("completed");
});

test("nor by another worker's, because its run is held for as long as it lasts", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  const held = Promise.withResolvers<void>();
  const { working } = await carrying(() => held.promise);
  const other = createMemoryWorker({}, under);
  open.push(other);
  await vi.advanceTimersByTimeAsync(20_000);
  await other.drainer.wake(under.run, { recover: true });
  expect(under.queue.nextStep()).toBeNull();
  held.resolve();
  await working;
  await under.executeAll();
  expect(under.requests).toHaveLength(4);
});

test("a carried step is begun by nobody else, whoever is handed a job of it meanwhile", async () => {
  const held = Promise.withResolvers<void>();
  const { working } = await carrying(() => held.promise);
  const other = createMemoryWorker({ http: under.ports.http }, under);
  open.push(other);
  const scheduled = (await under.store.read(under.run, 0, 1_000)).findLast(({ type }) => type === "step-scheduled");
  const job = { runId: under.run, stepId: "call1", nodeId: "call1", attempt: 1, seq: scheduled?.seq ?? 0 };
  expect(await under.work(job, 1)).toBe("done");
  expect(await other.executor.execute(job, 1)).toBe("done");
  expect(under.requests).toHaveLength(2);
  held.resolve();
  await working;
  await under.executeAll();
  expect(under.requests).toHaveLength(4);
  checkJournal(await under.store.read(under.run, 0, 1_000));
});

describe("a free slot", () => {
  const direct = async () => {
    under = stage();
    under.carried.onBegin(under.slots.begin);
    await under.drainer.wake(under.run, { recover: false });
  };

  test("takes what was scheduled here, without the queue, and goes on with what follows", async () => {
    await direct();
    await under.carried.settled();
    expect(under.queue.nextStep()).toBeNull();
    expect(under.requests).toHaveLength(4);
    expect(under.store.run(under.run)?.header.status).toBe("completed");
  });

  test("is left for the queue once half of them are in use", async () => {
    under = stage();
    under.carried.onBegin(under.slots.begin);
    for (const other of ["a", "b"]) await taken(under.carried, other);
    const job = await under.first();
    expect(job.stepId).toBe("call0");
    for (const other of ["c", "d"]) await taken(under.carried, other);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const verdict = under.work(job, 1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await verdict).toBe("later");
    expect(under.requests).toHaveLength(0);
  });

  test("works on a step alone, whoever is handed a job of it meanwhile", async () => {
    under = stage();
    const held = Promise.withResolvers<void>();
    under.onCall(() => (under.requests.length === 1 ? held.promise : Promise.resolve()));
    const other = createMemoryWorker({ http: under.ports.http }, under);
    open.push(other);
    const queued: StepJob[] = [];
    const enqueue = under.queue.enqueue;
    under.carried.onBegin((step, slot) => (queued.push(step.job), under.slots.begin(step, slot)));
    await under.drainer.wake(under.run, { recover: false });
    await vi.waitFor(() => expect(under.requests).toHaveLength(1));
    await enqueue(queued.map((job) => ({ job, priority: 0 })));
    const job = under.queue.nextStep();
    expect(job).not.toBeNull();
    expect(await under.work(job!, 1)).toBe("done");
    expect(await other.executor.execute(job!, 1)).toBe("done");
    expect(under.requests).toHaveLength(1);
    held.resolve();
    await under.carried.settled();
    expect(under.requests).toHaveLength(4);
    checkJournal(await under.store.read(under.run, 0, 1_000));
  });

  test("hands its step to the queue when the worker stops", async () => {
    under = stage();
    under.onCall(() => new Promise(() => undefined));
    under.carried.onBegin(under.slots.begin);
    await under.drainer.wake(under.run, { recover: false });
    await vi.waitFor(() => expect(under.requests).toHaveLength(1));
    under.carried.close();
    under.executor.stop();
    await under.carried.settled();
    const job = under.queue.nextStep();
    expect(job).toMatchObject({ stepId: "call0", attempt: 1 });
    // Four workers die of it after that. With the one that only stopped they would be five, and a step is given up after five.
    await under.drainer.close();
    under.onCall(async () => undefined);
    const next = createMemoryWorker({ http: under.ports.http }, under);
    open.push(next);
    for (let claim = 1; claim <= 4; claim++)
      await next.drainer.deliver(under.run, { type: "started", step: "call0", attempt: 1, worker: "dead", claim });
    expect(await next.executor.execute(job!, 5)).toBe("done");
    expect(under.requests).toHaveLength(2);
  });

  test("does not take what a dead worker owed: the queue counts who dies of it", async () => {
    under = stage();
    const dead = createMemoryWorker({}, under);
    open.push(dead);
    await dead.drainer.wake(under.run, { recover: false });
    under.queue.flush();
    // Its lease runs out without having been let go.
    const lease = under.mailbox.deliver.bind(under.mailbox);
    expect(await lease(under.run, [], 1_000)).toBeNull();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 10_000 });
    under.carried.onBegin(under.slots.begin);
    await under.drainer.wake(under.run, { recover: false });
    expect(under.requests).toHaveLength(0);
    expect(under.queue.nextStep()).toMatchObject({ stepId: "call0", attempt: 1 });
  });
});

test("a worker that stops puts the step it carries into the queue, for others", async () => {
  const { working } = await carrying(() => new Promise(() => undefined));
  under.carried.close();
  under.executor.stop();
  await working;
  expect(under.queue.nextStep()).toMatchObject({ stepId: "call1", attempt: 1, handedBack: true });
});

test("the slot is let go when its run is cancelled under it", async () => {
  const { working } = await carrying(() => new Promise(() => undefined));
  const by = { kind: "user" as const, id: null, label: "Ada" };
  await under.drainer.deliver(under.run, { type: "cancel", by, reason: "enough" });
  expect(await working).toBe("done");
  expect(under.queue.nextStep()).toBeNull();
  expect(under.carried.holds(under.run)).toBe(false);
});
