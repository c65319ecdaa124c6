import { describe, expect, it } from "vitest";
import { Hand, planOf, start } from "../testing/hand.ts";
import type { Plan } from "../workflow/plan.ts";
import { scopeOf } from "./scope.ts";

describe("loops", () => {
  const each = planOf(
    [
      start,
      { id: "l", type: "loop", config: { concurrency: 2 } },
      { id: "a", type: "calc", parentId: "l", config: { x: "{{ loop.item }}", y: "{{ loop.last.outputs.a }}" } },
    ],
    [["start", "l"]],
  );

  it("open as many iterations as they may, keep results in order and let the insides go", () => {
    const hand = new Hand(each);
    hand.give({
      type: "prepared",
      step: "l",
      attempt: 1,
      prepared: { kind: "loop", items: ["x", "y", "z"], total: 3, concurrency: 2 },
    });
    expect(hand.of("prepare").map((command) => command.step)).toEqual(["l.0.a", "l.1.a"]);
    expect(scopeOf(each, hand.state, "l.1.a")).toEqual({ loop: { index: 1, item: "y", count: 3, last: null } });
    hand.compute("l.1.a", "Y");
    expect(hand.of("prepare").map((command) => command.step)).toEqual(["l.2.a"]);
    expect(scopeOf(each, hand.state, "l.2.a")).toMatchObject({ loop: { last: { outputs: { a: "Y" } } } });
    hand.compute("l.2.a", "Z");
    expect(hand.compute("l.0.a", "X")).toEqual(["step-completed", "run-completed"]);
    expect(hand.state.frames[""]?.steps["l"]?.output).toEqual({ results: ["X", "Y", "Z"], missing: [], count: 3 });
    expect(Object.keys(hand.state.frames)).toEqual([""]);
  });

  it("over nothing are done at once", () => {
    const hand = new Hand(each);
    expect(
      hand.give({
        type: "prepared",
        step: "l",
        attempt: 1,
        prepared: { kind: "loop", items: [], total: 0, concurrency: 2 },
      }),
    ).toEqual(["loop-opened", "run-completed"]);
  });

  it("stay flat over ten thousand items: one event each, one open frame", () => {
    const hand = new Hand(each);
    const items = Array.from({ length: 10_000 }, (_, index) => index);
    hand.give({
      type: "prepared",
      step: "l",
      attempt: 1,
      prepared: { kind: "loop", items, total: items.length, concurrency: 1 },
    });
    for (const index of items) hand.compute(`l.${index}.a`, index);
    expect(hand.state.status).toBe("completed");
    expect(hand.events).toHaveLength(10_000 + 4);
    expect(Object.keys(hand.state.frames)).toHaveLength(1);
  });

  it("ask their condition before each iteration, and stop at their bound", () => {
    const plan = planOf(
      [
        start,
        { id: "l", type: "loop", config: { while: "{{ loop.index < 9 }}", maxIterations: 2 } },
        { id: "a", type: "calc", parentId: "l" },
      ],
      [["start", "l"]],
    );
    const hand = new Hand(plan);
    hand.give({
      type: "prepared",
      step: "l",
      attempt: 1,
      prepared: { kind: "loop", items: null, total: null, concurrency: 1 },
    });
    const check = (index: number): string[] =>
      hand.give({ type: "prepared", step: "l", attempt: 2, prepared: { kind: "loop-check", index, holds: true } });
    expect(hand.of("prepare")[0]).toMatchObject({ step: "l", purpose: "check", index: 0 });
    check(0);
    expect(check(0)).toEqual([]);
    hand.compute("l.0.a", 1);
    expect(hand.of("prepare")[0]).toMatchObject({ purpose: "check", index: 1 });
    check(1);
    hand.compute("l.1.a", 2);
    expect(check(2)).toEqual(["step-failed", "run-failed"]);
    expect(hand.state.error?.code).toBe("LOOP_LIMIT");
  });
});

describe("parallel", () => {
  const inside = (wait: string | number): Plan =>
    planOf(
      [
        start,
        { id: "p", type: "parallel", config: { wait } },
        ...["a", "b", "c"].map((id) => ({ id, type: "task", parentId: "p", retry: { maxAttempts: 1 } })),
        { id: "end", type: "end" },
      ],
      [
        ["start", "p"],
        ["p", "end"],
      ],
    );

  it("waits for all branches", () => {
    const hand = new Hand(inside("all"));
    for (const id of ["a", "b", "c"]) hand.prepare(`p.0.${id}`);
    hand.succeed("p.0.a", "A");
    hand.succeed("p.0.b", "B");
    expect(hand.status("p")).toBe("running");
    hand.succeed("p.0.c", "C");
    expect(hand.state.frames[""]?.steps["p"]?.output).toEqual({ a: "A", b: "B", c: "C" });
  });

  it("goes on with the first and cancels the others, whose results no longer count", () => {
    const hand = new Hand(inside("first"));
    for (const id of ["a", "b", "c"]) hand.prepare(`p.0.${id}`);
    hand.succeed("p.0.b", "B");
    expect(hand.of("abort")[0]?.steps).toEqual(["p.0.a", "p.0.c"]);
    expect(hand.succeed("p.0.a", "A")).toEqual([]);
    expect(hand.state.frames[""]?.steps["p"]?.output).toEqual({ b: "B" });
    expect(hand.state.working).toBe(0);
  });

  it("for the first two survives a failure, and fails when too few are left", () => {
    const hand = new Hand(inside(2));
    for (const id of ["a", "b", "c"]) hand.prepare(`p.0.${id}`);
    expect(hand.fail("p.0.a")).toEqual(["step-failed"]);
    expect(hand.fail("p.0.b")).toEqual(["step-failed", "run-failed"]);
    expect(hand.state.errorStep).toBe("p.0.b");
  });
});
