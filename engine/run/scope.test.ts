import { describe, expect, it } from "vitest";
import { testCatalogue } from "../testing/catalogue.ts";
import { createOracle } from "../testing/oracle.ts";
import { simulate } from "../testing/simulate.ts";
import { compile } from "../workflow/compile.ts";
import type { Json } from "../json.ts";
import type { Plan } from "../workflow/plan.ts";
import { scopeOf } from "./scope.ts";
import type { Frame, RunState, Step } from "./state.ts";
import { emptyState } from "./fold.ts";

const reads = {
  i: "{{ input.a }}",
  v: "{{ vars.total }}",
  r: "{{ run.id }}",
  w: "{{ in.value }}",
  o: "{{ first.outputs.x }}",
  l: "{{ loop.item }}",
  s: "{{ aside.status }}",
};

const plan: Plan = (() => {
  const compiled = compile(
    {
      schemaVersion: 1,
      name: "scopes",
      variables: [{ name: "total", default: 3 }],
      nodes: [
        { id: "start", type: "start" },
        { id: "first", type: "calc" },
        { id: "aside", type: "calc" },
        { id: "outer", type: "loop", config: { while: "{{ loop.index < 3 }}", maxIterations: 9 } },
        { id: "inner", type: "loop", parentId: "outer" },
        { id: "here", type: "calc", parentId: "inner", config: reads },
        { id: "joined", type: "calc", config: { all: "{{ in.all }}" } },
      ],
      edges: [
        { id: "a", source: "start", target: "first" },
        { id: "b", source: "start", target: "aside" },
        { id: "c", source: "first", target: "outer" },
        { id: "d", source: "first", target: "joined" },
        { id: "e", source: "aside", target: "joined" },
      ],
    },
    testCatalogue,
  );
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return compiled.plan;
})();

const step = (status: Step["status"], output: Json = null, loop: Step["loop"] = null): Step => ({
  status,
  attempt: 1,
  attemptBase: 0,
  claims: 0,
  output,
  error: null,
  due: null,
  approvalId: null,
  scheduledSeq: 0,
  loop,
});
const frame = (
  id: string,
  container: string | null,
  parent: string | null,
  index: number,
  item: Json,
  steps: Record<string, Step>,
): Frame => ({
  id,
  container,
  parent,
  index,
  item,
  edges: {},
  steps,
  open: 1,
  arrivals: {},
});
const loop = (more: Partial<NonNullable<Step["loop"]>>): Step["loop"] => ({
  items: null,
  total: null,
  concurrency: 1,
  next: 0,
  active: 0,
  results: [],
  missing: [],
  last: null,
  checking: null,
  ...more,
});

function state(): RunState {
  return {
    ...emptyState("run-1"),
    input: { a: 1 },
    vars: { total: 3 },
    frames: {
      "": frame("", null, null, 0, null, {
        first: step("completed", { x: "X" }),
        aside: step("skipped"),
        outer: step("running", null, loop({ next: 2, active: 1, last: { inner: "before" } })),
      }),
      "outer.1": frame("outer.1", "outer", "", 1, null, {
        inner: step("running", null, loop({ total: 2, next: 1, active: 1 })),
      }),
      "outer.1.inner.0": frame("outer.1.inner.0", "inner", "outer.1", 0, "item", { here: step("pending") }),
    },
  };
}

describe("scopeOf", () => {
  it("gives every name the config mentions, from the step's frame outwards, and nothing else", () => {
    expect(scopeOf(plan, state(), "outer.1.inner.0.here")).toEqual({
      input: { a: 1 },
      vars: { total: 3 },
      run: { id: "run-1", queuedAt: 0, workflow: "scopes" },
      in: { value: null, from: [], all: [] },
      $in: { value: null, from: [], all: [] },
      first: { status: "completed", outputs: { x: "X" }, error: null },
      aside: { status: "skipped", outputs: null, error: null },
      loop: { index: 0, item: "item", count: 2, last: null },
    });
  });

  it("shows a loop's own condition the iteration that is to come and the last outputs", () => {
    const before = state();
    const outer = before.frames[""]?.steps["outer"];
    if (outer?.loop) outer.loop.checking = 2;
    expect(scopeOf(plan, before, "outer")).toEqual({
      loop: { index: 2, item: null, count: 2, last: { outputs: { inner: "before" } } },
    });
  });

  it("tells what came in, in the order in which it did", () => {
    const before = state();
    const root = before.frames[""];
    if (root !== undefined) {
      root.arrivals["joined"] = ["aside", "first"];
      root.steps["aside"] = step("completed", "A");
    }
    expect(scopeOf(plan, before, "joined")["in"]).toEqual({
      value: "A",
      from: ["aside", "first"],
      all: ["A", { x: "X" }],
    });
  });

  it("knows nothing of steps that are not there", () => {
    expect(scopeOf(plan, state(), "ghost")).toEqual({});
    expect(scopeOf(plan, state(), "outer.9.inner.0.here")).toEqual({});
    const { frames, ...rest } = state();
    const root = frames[""];
    expect(root).toBeDefined();
    if (root === undefined) return;
    delete root.steps["first"];
    const scope = scopeOf(plan, { ...rest, frames }, "outer.1.inner.0.here");
    expect(scope["first"]).toEqual({ status: "pending", outputs: null, error: null });
  });

  it("is all that a run needs from start to end", () => {
    const simulation = simulate(plan, createOracle(1, 0), { random: () => 0.5, input: { a: 1 } });
    expect(simulation.state.status).toBe("completed");
  });
});
