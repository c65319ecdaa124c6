import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RunEvent } from "../../../engine/run/event.ts";
import { fold } from "../../../engine/run/fold.ts";
import { createProjection, projectRun, type StepView } from "../../../engine/run/projection.ts";
import { testCatalogue } from "../../../engine/testing/catalogue.ts";
import { createOracle } from "../../../engine/testing/oracle.ts";
import { randomWorkflow } from "../../../engine/testing/random-workflow.ts";
import { simulate } from "../../../engine/testing/simulate.ts";
import { compile } from "../../../engine/workflow/compile.ts";
import type { Plan } from "../../../engine/workflow/plan.ts";
import type { JournalListener, JournalSource } from "../journal-source.ts";
import { RunFollower } from "../run-store.ts";
import { stepRows, type Folding } from "../step-rows.ts";
import { emptyGraph, graphState } from "./graph-state.ts";
import { PortsTaken } from "./ports-taken.ts";
import { RunScreen } from "./screen-store.ts";
import { StepPlaces, StepTree, treeOf } from "./step-tree.ts";

/** Numbers in [0, 1) from a seed (mulberry32), so that a failing case can be told by its seed alone. */
function numbers(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Case {
  plan: Plan;
  events: RunEvent[];
}

/** A run of a random workflow, failures and a retry by hand included. Null for a seed whose workflow does not compile. */
function randomRun(seed: number): Case | null {
  const compiled = compile(randomWorkflow(numbers(seed), 20), testCatalogue);
  if (!compiled.ok) return null;
  const { events } = simulate(compiled.plan, createOracle(seed, 0.3), {
    random: numbers(seed + 1),
    healed: createOracle(seed, 0),
  });
  return { plan: compiled.plan, events };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) await Promise.resolve();
}

/** A page on a journal that grows as `written` says; frames are drawn when asked for. */
function page({ plan }: Case, written: RunEvent[], start: { at: number | null; chosen: string | null }) {
  let listener: JournalListener | null = null;
  const source: JournalSource = {
    read: (after, limit) => Promise.resolve(structuredClone(written.filter(({ seq }) => seq > after).slice(0, limit))),
    listen(given) {
      listener = given;
      return () => undefined;
    },
  };
  const follower = new RunFollower({
    plan,
    projection: createProjection(plan, "run"),
    source,
    nextFrame: (draw) => draw(),
    later: () => () => undefined,
  });
  const frames: (() => void)[] = [];
  const screen = new RunScreen({ plan, follower, nextFrame: (work) => frames.push(work) }, start);
  screen.start();
  follower.start();
  return {
    follower,
    screen,
    told: () => listener!,
    /** Draws frames until nothing waits for one. */
    draw() {
      for (let frame = frames.shift(); frame !== undefined; frame = frames.shift()) frame();
    },
  };
}

/** What the timeline shows of a moment, with everything opened. */
function rows(plan: Plan, tree: StepTree) {
  const open: Folding = { get: () => true, [Symbol.iterator]: () => [][Symbol.iterator]() } as unknown as Folding;
  return stepRows(plan, tree, open).map((row) =>
    row.kind === "frame" ? { ...row, frame: row.frame.name, steps: tree.stepsOf(row.frame) } : row,
  );
}

const seeds = fc.integer({ min: 1, max: 1_000_000 });

describe("the screen equals the journal", { timeout: 60_000 }, () => {
  test("however the announcements arrive: cut, doubled, out of order, without their events", async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const run = randomRun(seed);
        if (run === null) return;
        const random = numbers(seed + 2);
        const written: RunEvent[] = [];
        const { follower, screen, told } = page(run, written, { at: null, chosen: null });
        told().connection("live");
        await settle();
        const late: RunEvent[][] = [];
        for (let from = 0; from < run.events.length;) {
          const to = Math.min(run.events.length, from + 1 + Math.floor(random() * 9));
          const batch = run.events.slice(from, to);
          written.push(...batch);
          from = to;
          const luck = random();
          if (luck < 0.2) late.push(batch);
          else if (luck < 0.3) continue;
          else {
            const events = luck < 0.4 ? null : structuredClone(batch);
            told().announced({ from: batch[0]!.seq, to: batch.at(-1)!.seq, events });
            if (luck > 0.9) told().announced({ from: batch[0]!.seq, to: batch.at(-1)!.seq, events });
          }
          if (random() < 0.5) await settle();
          if (late.length > 2) {
            const each = late.pop()!;
            told().announced({ from: each[0]!.seq, to: each.at(-1)!.seq, events: structuredClone(each) });
          }
          // At every moment what is shown is a prefix of the journal, and what that prefix means.
          const shown = screen.store.getState();
          const truth = projectRun(run.plan, "run", structuredClone(written.slice(0, shown.view.seq)));
          expect(shown.view).toEqual(truth);
          expect(shown.events).toEqual(written.slice(0, shown.view.seq));
        }
        follower.wake();
        await settle();
        expect(screen.store.getState().view).toEqual(projectRun(run.plan, "run", structuredClone(run.events)));
      }),
      { numRuns: 60 },
    );
  });

  test("at any moment of the past, in any order of going there", async () => {
    await fc.assert(
      fc.asyncProperty(seeds, fc.array(fc.nat(), { minLength: 1, maxLength: 12 }), async (seed, places) => {
        const run = randomRun(seed);
        if (run === null) return;
        const { screen, draw } = page(run, run.events, { at: null, chosen: null });
        await settle();
        for (const place of places) {
          const seq = 1 + (place % run.events.length);
          screen.seek(seq);
          draw();
          const { view, at, events, tree } = screen.store.getState();
          expect(at).toBe(seq);
          expect(rows(run.plan, tree)).toEqual(rows(run.plan, treeOf(view.steps)));
          expect(events).toHaveLength(seq);
          expect(view).toEqual(projectRun(run.plan, "run", structuredClone(run.events.slice(0, seq))));
        }
        screen.seek(null);
        expect(screen.store.getState().view.seq).toBe(run.events.length);
      }),
      { numRuns: 60 },
    );
  });

  test("live, in the past and after gaps, in any order of these, and one writing a frame", async () => {
    await fc.assert(
      fc.asyncProperty(seeds, fc.array(fc.nat(), { minLength: 5, maxLength: 40 }), async (seed, moves) => {
        const run = randomRun(seed);
        if (run === null) return;
        const written: RunEvent[] = [];
        const { follower, screen, told, draw } = page(run, written, { at: null, chosen: null });
        told().connection("live");
        await settle();
        let writings = 0;
        screen.store.subscribe(() => (writings += 1));
        for (const move of moves) {
          const next = run.events.slice(written.length, written.length + 1 + (move % 7));
          if (move % 5 === 0 && written.length > 0) screen.seek(1 + (move % written.length));
          else if (move % 5 === 1) screen.seek(null);
          else if (next.length > 0) {
            written.push(...next);
            // Every other batch is lost on its way: the next one shows the gap.
            const lost = move % 5 === 2;
            if (!lost) told().announced({ from: next[0]!.seq, to: next.at(-1)!.seq, events: structuredClone(next) });
            await settle();
          }
          writings = 0;
          draw();
          expect(writings).toBeLessThanOrEqual(1);
          const { view, at, events } = screen.store.getState();
          expect(view.seq).toBe(at ?? follower.store.getState().view.seq);
          if (view.seq === 0) continue;
          expect(view).toEqual(projectRun(run.plan, "run", structuredClone(written.slice(0, view.seq))));
          expect(events).toHaveLength(view.seq);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("on the drawing as well: taken, skipped and open edges are those of the run's state", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const run = randomRun(seed);
        if (run === null) return;
        const ports = new PortsTaken(run.plan);
        const places = new StepPlaces();
        const projection = createProjection(run.plan, "run");
        let graph = emptyGraph;
        ports.read(run.events);
        for (const event of structuredClone(run.events)) {
          projection.apply(event);
          const view = projection.view();
          places.extend(view.steps);
          graph = graphState(run.plan, view, new StepTree(places, view.steps), ports, null, graph);
        }
        const view = projection.view();
        expect(graph).toEqual(graphState(run.plan, view, treeOf(view.steps), ports, null, emptyGraph));
        const state = fold(run.plan, "run", structuredClone(run.events));
        for (const edge of run.plan.file.edges) {
          const source = graph.nodes.get(edge.source)?.step;
          const decided = source == null ? undefined : state.frames[source.frame]?.edges[edge.id];
          const cut = source == null || source.status === "cancelled" || state.frames[source.frame] === undefined;
          if (cut || decided === undefined) continue;
          const drawn = graph.edges.get(edge.id);
          expect(drawn === "skipped" ? "skipped" : drawn === "open" ? "open" : "taken").toBe(decided);
        }
      }),
      { numRuns: 120 },
    );
  });
});

test("a way beside a step that goes on is taken once what it leads to began, and passed over when the step ended without it", () => {
  const compiled = compile(
    {
      schemaVersion: 1,
      name: "Reminded",
      nodes: [
        { id: "start", type: "start" },
        { id: "ask", type: "task", on: [{ after: 1_000, port: "late" }] },
        { id: "remind", type: "task" },
        { id: "done", type: "task" },
      ],
      edges: [
        { id: "in", source: "start", target: "ask" },
        { id: "late", source: "ask", sourcePort: "late", target: "remind" },
        { id: "out", source: "ask", target: "done" },
      ],
    },
    testCatalogue,
  );
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  const found = [1, 2, 3, 4, 5].map(randomRun).find((each) => each !== null)!;
  const [some] = projectRun(found.plan, "run", structuredClone(found.events)).steps;
  const standing = (node: string, status: StepView["status"]) => ({ ...some!, step: node, node, frame: "", status });
  const edges = (...steps: StepView[]) => {
    const ports = new PortsTaken(compiled.plan);
    const { edges: drawn } = graphState(compiled.plan, { seq: 9 }, treeOf(steps), ports, null, emptyGraph);
    return [drawn.get("late"), drawn.get("out")];
  };
  expect(edges(standing("ask", "waiting"))).toEqual(["open", "open"]);
  expect(edges(standing("ask", "waiting"), standing("remind", "running"))).toEqual(["moving", "open"]);
  expect(edges(standing("ask", "completed"), standing("remind", "completed"))).toEqual(["taken", "taken"]);
  expect(edges(standing("ask", "completed"), standing("remind", "skipped"))).toEqual(["skipped", "taken"]);
});

test("an address that names an event of a later page is waited for, and one past the end shows the end", async () => {
  const run = [1, 2, 3, 4, 5].map(randomRun).find((each) => each !== null)!;
  const asked = page(run, run.events, { at: run.events.length + 50, chosen: "start" });
  await settle();
  asked.draw();
  expect(asked.screen.store.getState()).toMatchObject({ at: run.events.length, chosen: "start", current: "start" });
});

test("what is chosen on the drawing is the execution that it shows", async () => {
  const found = Array.from({ length: 60 }, (_, seed) => randomRun(seed + 1)).find(
    (each) =>
      each !== null &&
      projectRun(each.plan, "run", structuredClone(each.events)).steps.some(({ index }) => index === 1),
  )!;
  const { screen } = page(found, found.events, { at: null, chosen: null });
  await settle();
  const inside = screen.store.getState().view.steps.find((step) => step.index === 1)!;
  const first = inside.step.replace(/\.1\.([^.]+)$/, ".0.$1");
  screen.choose(first);
  const shown = screen.store.getState().graph.nodes.get(inside.node)!;
  expect(shown.step?.step ?? first).toBe(first);
  screen.chooseNode(inside.node);
  expect(screen.store.getState().current).toBe(first);
});
