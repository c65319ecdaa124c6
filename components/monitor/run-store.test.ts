import { expect, test } from "vitest";
import type { RunEvent } from "../../engine/run/event.ts";
import type { Projection, RunFacts, RunView } from "../../engine/run/projection.ts";
import type { Plan } from "../../engine/workflow/plan.ts";
import type { JournalListener, JournalSource } from "./journal-source.ts";
import { RunFollower, textKey } from "./run-store.ts";

/** A projection that only counts, and refuses what is not next, as the real one does. */
function countingProjection(): Projection {
  let seq = 0;
  return {
    get seq() {
      return seq;
    },
    apply(event) {
      if (event.seq !== seq + 1) throw new Error(`event ${event.seq} after ${seq}`);
      seq = event.seq;
      return [];
    },
    facts: () => ({ seq, status: "running" }) as unknown as RunFacts,
    view: () => ({ seq, status: "running", steps: [] }) as unknown as RunView,
  };
}

const event = (seq: number): RunEvent => ({ type: "run-started", seq, at: seq });
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => event(from + index));

/** Lets every promise that can settle do so. */
async function settle() {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

function harness(journal: RunEvent[]) {
  let listener: JournalListener | null = null;
  const reads: number[] = [];
  const timers: { ms: number; run: () => void }[] = [];
  const failing = { now: false };
  const source: JournalSource = {
    read(after, limit) {
      reads.push(after);
      if (failing.now) return Promise.reject(new Error("no network"));
      return Promise.resolve(journal.filter((each) => each.seq > after).slice(0, limit));
    },
    listen(given) {
      listener = given;
      return () => {
        listener = null;
      };
    },
  };
  const follower = new RunFollower({
    plan: { nodes: new Map(), scopes: new Map() } as unknown as Plan,
    projection: countingProjection(),
    source,
    nextFrame: (draw) => draw(),
    later: (ms, run) => {
      const timer = { ms, run };
      timers.push(timer);
      return () => timers.splice(timers.indexOf(timer), 1);
    },
  });
  const stop = follower.start();
  return {
    follower,
    stop,
    reads,
    timers,
    failing,
    settle,
    state: () => follower.store.getState(),
    told: () => listener!,
  };
}

test("reads the journal page by page, then folds in what is announced", async () => {
  const run = harness(range(1, 2_500));
  run.told().connection("live");
  await run.settle();
  expect(run.state().view.seq).toBe(2_500);
  run.told().announced({ from: 2_501, to: 2_502, events: range(2_501, 2_502) });
  expect(run.state().events).toHaveLength(2_502);
  expect(run.state().connection).toBe("live");
});

test("a gap, a batch without events and a batch out of order are read from the journal", async () => {
  const journal = range(1, 3);
  const run = harness(journal);
  run.told().connection("live");
  await run.settle();
  journal.push(...range(4, 9));
  run.told().announced({ from: 8, to: 9, events: range(8, 9) });
  await run.settle();
  expect(run.state().view.seq).toBe(9);
  journal.push(...range(10, 400));
  run.told().announced({ from: 10, to: 400, events: null });
  await run.settle();
  expect(run.state().events.map(({ seq }) => seq)).toEqual(range(1, 400).map(({ seq }) => seq));
});

test("what comes twice counts once", async () => {
  const run = harness(range(1, 5));
  run.told().connection("live");
  await run.settle();
  const reads = run.reads.length;
  run.told().announced({ from: 4, to: 5, events: range(4, 5) });
  run.told().announced({ from: 4, to: 7, events: range(4, 7) });
  await run.settle();
  expect(run.state().events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(run.reads).toHaveLength(reads);
});

test("after the connection was lost it says so, and reads what it missed on return", async () => {
  const journal = range(1, 2);
  const run = harness(journal);
  run.told().connection("live");
  await run.settle();
  run.told().connection("lost");
  expect(run.state().connection).toBe("lost");
  journal.push(event(3));
  run.told().connection("live");
  await run.settle();
  expect([run.state().connection, run.state().view.seq]).toEqual(["live", 3]);
});

test("a browser without a network says so at once", async () => {
  const run = harness(range(1, 2));
  run.told().connection("live");
  await settle();
  run.follower.lost();
  expect(run.state().connection).toBe("lost");
  run.follower.wake();
  await settle();
  expect(run.state().connection).toBe("live");
});

test("a journal that cannot be read is tried again, later each time, and keeps what is shown", async () => {
  const run = harness(range(1, 2));
  run.told().connection("live");
  await run.settle();
  run.failing.now = true;
  run.follower.wake();
  await run.settle();
  expect(run.state()).toMatchObject({ connection: "lost", problem: "no network" });
  expect(run.state().view.seq).toBe(2);
  const first = run.timers.at(-1)!;
  first.run();
  await run.settle();
  expect(run.timers.at(-1)!.ms).toBeGreaterThan(first.ms);
  run.failing.now = false;
  run.timers.at(-1)!.run();
  await run.settle();
  expect(run.state()).toMatchObject({ connection: "live", problem: null });
});

test("it looks by itself too, for a message that was lost on an open socket", async () => {
  const journal = range(1, 2);
  const run = harness(journal);
  run.told().connection("live");
  await run.settle();
  journal.push(event(3));
  run.timers.at(-1)!.run();
  await run.settle();
  expect(run.state().view.seq).toBe(3);
});

test("streamed text adds up by step and attempt", async () => {
  const run = harness([]);
  await run.settle();
  run.told().text({ step: "draft", attempt: 1, text: "Dear " });
  run.told().text({ step: "draft", attempt: 1, text: "Ann" });
  run.told().text({ step: "draft", attempt: 2, text: "Hello" });
  expect(run.state().texts.get(textKey("draft", 1))).toBe("Dear Ann");
  expect(run.state().texts.get(textKey("draft", 2))).toBe("Hello");
});

test("nothing moves after it was stopped", async () => {
  const run = harness(range(1, 2));
  await run.settle();
  const told = run.told();
  run.stop();
  told.announced({ from: 3, to: 3, events: [event(3)] });
  expect(run.state().view.seq).toBe(2);
  expect(run.timers).toHaveLength(0);
});
