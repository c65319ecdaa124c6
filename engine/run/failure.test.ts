import { describe, expect, it } from "vitest";
import { by, Hand, planOf, start } from "../testing/hand.ts";
import { apply, fold } from "./fold.ts";
import { projectRun } from "./projection.ts";
import { scopeOf } from "./scope.ts";
import { verifyJournal } from "./verify.ts";

describe("a failure", () => {
  it("goes up to the container that catches it", () => {
    const plan = planOf(
      [
        start,
        { id: "l", type: "loop", onError: "port" },
        { id: "a", type: "task", parentId: "l", retry: { maxAttempts: 1 } },
        { id: "mend", type: "calc", config: { x: "{{ error.message }}" } },
      ],
      [
        ["start", "l"],
        ["l", "mend", "error"],
      ],
    );
    const hand = new Hand(plan);
    hand.give({
      type: "prepared",
      step: "l",
      attempt: 1,
      prepared: { kind: "loop", items: [1, 2], total: 2, concurrency: 2 },
    });
    hand.prepare("l.0.a");
    hand.prepare("l.1.a");
    expect(hand.fail("l.0.a")).toEqual(["step-failed"]);
    expect(hand.of("abort")[0]?.steps).toEqual(["l.1.a"]);
    expect(hand.of("prepare")[0]?.step).toBe("mend");
    expect(scopeOf(plan, hand.state, "mend")).toEqual({
      error: { code: "HTTP_FAILED", message: "no answer", step: "l" },
    });
    expect(hand.state.error).toBeNull();
    expect(hand.compute("mend")).toEqual(["step-completed", "run-completed"]);
  });

  it("of a breaker that is open is waited out beyond the step's attempts, and the next real one is its last", () => {
    const plan = planOf([start, { id: "a", type: "task", retry: { maxAttempts: 2 } }], [["start", "a"]]);
    const hand = new Hand(plan);
    const refused = { code: "CIRCUIT_OPEN" as const, message: "open", retryable: true, retryAfterMs: 15_000 };
    const again = (attempt: number): void => {
      hand.now += 60_000;
      hand.give({ type: "timer", key: `retry:a:${attempt - 1}` });
      hand.prepare("a", attempt);
    };
    hand.prepare("a");
    hand.fail("a", 1);
    for (const attempt of [2, 3, 4]) {
      again(attempt);
      expect(hand.fail("a", attempt, refused)).toEqual(["step-failed"]);
    }
    again(5);
    expect(projectRun(plan, "run", hand.events).steps.find(({ step }) => step === "a")).toMatchObject({
      attempt: 5,
      maxAttempts: 5,
    });
    expect(hand.fail("a", 5)).toEqual(["step-failed", "run-failed"]);
    expect(verifyJournal("run", hand.events, { plan })).toEqual([]);
  });

  it("may leave a gap in a loop's results", () => {
    const plan = planOf(
      [
        start,
        { id: "l", type: "loop", config: { onItemError: "continue" } },
        { id: "a", type: "task", parentId: "l", retry: { maxAttempts: 1 } },
      ],
      [["start", "l"]],
    );
    const hand = new Hand(plan);
    hand.give({
      type: "prepared",
      step: "l",
      attempt: 1,
      prepared: { kind: "loop", items: [1, 2], total: 2, concurrency: 1 },
    });
    hand.prepare("l.0.a");
    hand.fail("l.0.a");
    hand.prepare("l.1.a");
    hand.succeed("l.1.a", "ok");
    expect(hand.state.frames[""]?.steps["l"]?.output).toEqual({ results: [null, "ok"], missing: [0], count: 2 });
  });

  it("lets the others finish where the workflow says so, and the run fails then", () => {
    const plan = planOf(
      [
        start,
        { id: "a", type: "task", retry: { maxAttempts: 1 } },
        { id: "b", type: "task" },
        { id: "after", type: "calc" },
      ],
      [
        ["start", "a"],
        ["start", "b"],
        ["a", "after"],
      ],
      { settings: { onFailure: "finishOthers" } },
    );
    const hand = new Hand(plan);
    hand.prepare("a");
    hand.prepare("b");
    expect(hand.fail("a")).toEqual(["step-failed"]);
    expect(hand.status("after")).toBe("skipped");
    expect(hand.succeed("b")).toEqual(["step-completed", "run-failed"]);
    expect(hand.state.errorStep).toBe("a");
  });
});

describe("a retry by hand", () => {
  const plan = planOf(
    [start, { id: "a", type: "task" }, { id: "b", type: "task", retry: { maxAttempts: 1 } }, { id: "c", type: "task" }],
    [
      ["start", "a"],
      ["a", "b"],
      ["b", "c"],
    ],
  );

  function failed(): Hand {
    const hand = new Hand(plan);
    hand.prepare("a");
    hand.succeed("a", "A");
    hand.prepare("b");
    hand.fail("b");
    return hand;
  }

  it("takes up the failed step with a new attempt, keeps what completed, and lets no late result in", () => {
    const hand = failed();
    expect(hand.give({ type: "retry", by, from: null })).toEqual(["run-retried"]);
    expect(hand.of("prepare")).toMatchObject([{ step: "b", attempt: 2 }]);
    expect(hand.succeed("b", "late", 1)).toEqual([]);
    hand.prepare("b", 2);
    hand.succeed("b", "B", 2);
    hand.prepare("c");
    expect(hand.succeed("c")).toEqual(["step-completed", "run-completed"]);
    expect(JSON.stringify(fold(plan, "run", structuredClone(hand.events)))).toBe(JSON.stringify(hand.state));
  });

  it("may begin further back: that step and what follows run again", () => {
    const hand = failed();
    for (const from of ["ghost", "constructor", "toString.a", "a.constructor", "__proto__"])
      expect(hand.give({ type: "retry", by, from }), from).toEqual([]);
    expect(hand.give({ type: "retry", by, from: "a" })).toEqual(["run-retried"]);
    expect(hand.of("prepare")).toMatchObject([{ step: "a", attempt: 2 }]);
  });
});

describe("apply", () => {
  it("refuses an event that does not follow", () => {
    const hand = new Hand(planOf([start, { id: "a", type: "calc" }], [["start", "a"]]));
    const last = hand.events.at(-1)!;
    expect(() => apply(hand.plan, hand.state, last)).toThrow("does not follow");
  });
});
