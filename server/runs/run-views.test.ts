import { expect, test, vi } from "vitest";
import type { RunEvent } from "../../engine/run/event.ts";
import { projectRun } from "../../engine/run/projection.ts";
import { testCatalogue } from "../../engine/testing/catalogue.ts";
import { createOracle } from "../../engine/testing/oracle.ts";
import { simulate } from "../../engine/testing/simulate.ts";
import { compile } from "../../engine/workflow/compile.ts";
import { RunViews } from "./run-views.ts";

/** A hundred tasks side by side: three events each. */
function longRun() {
  const tasks = Array.from({ length: 100 }, (_, index) => `task${index}`);
  const compiled = compile(
    {
      schemaVersion: 1,
      name: "Long",
      nodes: [{ id: "start", type: "start" }, ...tasks.map((id) => ({ id, type: "task" }))],
      edges: tasks.map((id) => ({ id: `to${id}`, source: "start", target: id })),
    },
    testCatalogue,
  );
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  const { events } = simulate(compiled.plan, createOracle(1, 0), { random: () => 0.5 });
  expect(events.length).toBeGreaterThan(250);
  return { plan: compiled.plan, events };
}

function journalOf(events: readonly RunEvent[]) {
  const reads: number[] = [];
  return {
    reads,
    events: (_org: string, _run: string, after: number, limit: number) => {
      reads.push(after);
      return Promise.resolve(structuredClone(events.slice(after, after + limit)));
    },
  };
}

test("asked again and again it is the fold of the journal, and only what is new is read", async () => {
  const { plan, events } = longRun();
  const journal = journalOf(events);
  const views = new RunViews(journal);
  for (const seq of [1, 220, 220, 230, 240, events.length, events.length]) {
    const view = await views.at(plan, "org", "run", seq);
    expect(view).toEqual(projectRun(plan, "run", structuredClone(events.slice(0, seq))));
  }
  // A short journal is not kept; the second time at the same event nothing is read.
  expect(journal.reads).toEqual([0, 0, 220, 230, 240]);
});

test("two who ask at once, and one whose row is older, each get their own moment", async () => {
  const { plan, events } = longRun();
  const views = new RunViews(journalOf(events));
  await views.at(plan, "org", "run", 230);
  const [first, second, older] = await Promise.all([
    views.at(plan, "org", "run", 250),
    views.at(plan, "org", "run", 250),
    views.at(plan, "org", "run", 210),
  ]);
  expect(first).toEqual(second);
  expect(first.seq).toBe(250);
  expect(older.seq).toBe(210);
  expect((await views.at(plan, "org", "run", 215)).seq).toBe(215);
});

test("another organisation's run of the same id is another run", async () => {
  const { plan, events } = longRun();
  const journal = journalOf(events);
  const views = new RunViews(journal);
  await views.at(plan, "one", "run", 230);
  await views.at(plan, "other", "run", 230);
  expect(journal.reads).toEqual([0, 0]);
});

test("what nobody asks for any more is let go, and read again by who comes later", async () => {
  vi.useFakeTimers();
  try {
    const { plan, events } = longRun();
    const journal = journalOf(events);
    const views = new RunViews(journal);
    await views.at(plan, "org", "run", 230);
    vi.advanceTimersByTime(90_000);
    await views.at(plan, "org", "run", 230);
    vi.advanceTimersByTime(90_000);
    await views.at(plan, "org", "run", 230);
    expect(journal.reads).toEqual([0]);
    vi.advanceTimersByTime(121_000);
    await views.at(plan, "org", "run", 230);
    expect(journal.reads).toEqual([0, 0]);
  } finally {
    vi.useRealTimers();
  }
});
