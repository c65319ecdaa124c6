import { describe, expect, it } from "vitest";
import { testCatalogue } from "../testing/catalogue.ts";
import { compile } from "../workflow/compile.ts";
import type { WorkflowFileInput } from "../workflow/file.ts";
import type { Plan } from "../workflow/plan.ts";
import type { RunEvent } from "./event.ts";
import { apply, emptyState, fold } from "./fold.ts";
import type { RunCommand, RunInput } from "./input.ts";
import { outstanding } from "./outstanding.ts";
import { projectRun } from "./projection.ts";
import { scopeOf } from "./scope.ts";
import type { RunState } from "./state.ts";
import { transition } from "./transition.ts";

const by = { kind: "user" as const, id: null, label: "Ada" };
const failure = { code: "HTTP_FAILED" as const, message: "no answer", retryable: true };

function planOf(
  nodes: WorkflowFileInput["nodes"],
  edges: [string, string, string?][],
  rest: Partial<WorkflowFileInput> = {},
): Plan {
  const source: WorkflowFileInput = {
    schemaVersion: 1,
    name: "test",
    nodes,
    edges: edges.map(([from, to, sourcePort], index) => ({
      id: `e${index}`,
      source: from,
      target: to,
      ...(sourcePort === undefined ? {} : { sourcePort }),
    })),
    ...rest,
  };
  const compiled = compile(source, testCatalogue);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return compiled.plan;
}

/** A run driven by hand, input by input. */
class Hand {
  state: RunState = emptyState("run");
  events: RunEvent[] = [];
  commands: RunCommand[] = [];
  now = 1_000;
  readonly plan: Plan;

  constructor(plan: Plan, input: Parameters<typeof scopeOf>[1]["input"] = {}) {
    this.plan = plan;
    const queued: RunEvent = {
      type: "run-queued",
      input,
      workflowId: "00000000-0000-4000-8000-000000000000",
      version: 1,
      by,
      trigger: "api",
      seq: 1,
      at: 0,
    };
    this.state = apply(plan, this.state, queued);
    this.events.push(queued);
    this.give({ type: "start" });
  }

  /** Gives an input; answers the events' types. Commands are those of this turn alone. */
  give(input: RunInput): string[] {
    const turn = transition(this.plan, this.state, input, this.now);
    this.state = turn.state;
    this.events.push(...turn.events);
    this.commands = turn.commands;
    return turn.events.map((event) => event.type);
  }

  prepare(step: string, attempt = 1): string[] {
    return this.give({ type: "prepared", step, attempt, prepared: { kind: "effect", input: {} } });
  }

  compute(step: string, output: RunState["output"] = null, ports?: string[]): string[] {
    const outcome = { output, ...(ports === undefined ? {} : { ports }) };
    return this.give({ type: "prepared", step, attempt: 1, prepared: { kind: "computed", outcome, input: null } });
  }

  succeed(step: string, output: RunState["output"] = null, attempt = 1): string[] {
    return this.give({ type: "succeeded", step, attempt, outcome: { output } });
  }

  fail(step: string, attempt = 1, error: typeof failure = failure): string[] {
    return this.give({ type: "failed", step, attempt, error });
  }

  of<T extends RunCommand["type"]>(type: T): Extract<RunCommand, { type: T }>[] {
    return this.commands.filter((command): command is Extract<RunCommand, { type: T }> => command.type === type);
  }

  status(step: string): string | undefined {
    return projectRun(this.plan, "run", this.events).steps.find((each) => each.step === step)?.status;
  }
}

const start = { id: "start", type: "start" };

describe("a run of one effect", () => {
  const plan = planOf(
    [start, { id: "a", type: "task", retry: { maxAttempts: 3, delayMs: 100 } }, { id: "end", type: "end" }],
    [
      ["start", "a"],
      ["a", "end"],
    ],
  );

  it("asks, schedules, runs, ends, and describes all that without doing any of it", () => {
    const hand = new Hand(plan);
    expect(hand.of("prepare").map((command) => command.step)).toEqual(["a"]);
    expect(hand.of("arm-timer")[0]?.key).toBe("run-timeout");
    expect(hand.prepare("a")).toEqual(["step-scheduled"]);
    expect(hand.of("execute")[0]).toMatchObject({ step: "a", attempt: 1, seq: 3 });
    expect(hand.give({ type: "started", step: "a", attempt: 1, worker: "w", claim: 1 })).toEqual(["step-started"]);
    expect(hand.succeed("a", 7)).toEqual(["step-completed"]);
    expect(hand.compute("end", 7)).toEqual(["step-completed", "run-completed"]);
    expect(hand.of("disarm-timer")[0]?.key).toBe("run-timeout");
    expect(hand.state).toMatchObject({ status: "completed", output: 7, working: 0, pending: 0 });
  });

  it("takes no result twice, late, early or for another attempt", () => {
    const hand = new Hand(plan);
    expect(hand.succeed("a")).toEqual([]);
    hand.prepare("a");
    expect(hand.prepare("a")).toEqual([]);
    expect(hand.succeed("a", 1, 2)).toEqual([]);
    expect(hand.succeed("ghost")).toEqual([]);
    hand.succeed("a", 1);
    expect(hand.succeed("a", 2)).toEqual([]);
    expect(hand.fail("a")).toEqual([]);
    hand.compute("end");
    expect(hand.give({ type: "cancel", by, reason: "" })).toEqual([]);
    expect(hand.give({ type: "timer", key: "run-timeout" })).toEqual([]);
    expect(hand.give({ type: "start" })).toEqual([]);
  });

  it("retries with growing, jittered delays, and then fails the run", () => {
    const hand = new Hand(plan);
    hand.prepare("a");
    expect(hand.fail("a")).toEqual(["step-failed"]);
    const [timer] = hand.of("arm-timer");
    expect(timer?.key).toBe("retry:a:1");
    expect((timer?.due ?? 0) - hand.now).toBeGreaterThanOrEqual(50);
    expect((timer?.due ?? 0) - hand.now).toBeLessThanOrEqual(100);
    expect(hand.state.status).toBe("waiting");
    expect(outstanding(plan, structuredClone(hand.state)).map((command) => command.type)).toEqual([
      "arm-timer",
      "arm-timer",
    ]);
    expect(hand.give({ type: "timer", key: "retry:a:2" })).toEqual([]);
    expect(hand.give({ type: "timer", key: "retry:a:1" })).toEqual(["timer-fired"]);
    expect(hand.of("prepare")[0]).toMatchObject({ step: "a", attempt: 2 });
    hand.prepare("a", 2);
    hand.fail("a", 2);
    hand.give({ type: "timer", key: "retry:a:2" });
    hand.prepare("a", 3);
    expect(hand.fail("a", 3)).toEqual(["step-failed", "run-failed"]);
    expect(hand.state).toMatchObject({ status: "failed", errorStep: "a", error: failure });
  });

  it("does not retry what cannot succeed, and waits as long as it is told", () => {
    const hand = new Hand(plan);
    hand.prepare("a");
    expect(hand.fail("a", 1, { ...failure, retryable: false })).toEqual(["step-failed", "run-failed"]);
    const other = new Hand(plan);
    other.prepare("a");
    other.fail("a", 1, { ...failure, retryAfterMs: 5_000 } as typeof failure);
    expect((other.of("arm-timer")[0]?.due ?? 0) - other.now).toBe(5_000);
  });

  it("fails loudly at its time limit, and stops what is under way", () => {
    const hand = new Hand(plan);
    hand.prepare("a");
    expect(hand.give({ type: "timer", key: "run-timeout" })).toEqual([]);
    hand.now += 3_600_000;
    expect(hand.give({ type: "timer", key: "run-timeout" })).toEqual(["run-failed"]);
    expect(hand.state.error?.code).toBe("RUN_TIMEOUT");
    expect(hand.of("abort")[0]?.steps).toEqual(["a"]);
    expect(hand.succeed("a")).toEqual([]);
  });

  it("is cancelled once, with what is under way told to stop", () => {
    const hand = new Hand(plan);
    hand.prepare("a");
    expect(hand.give({ type: "cancel", by, reason: "enough" })).toEqual(["run-cancelled"]);
    expect(hand.of("abort")[0]?.steps).toEqual(["a"]);
    expect(hand.status("a")).toBe("cancelled");
    expect(hand.succeed("a")).toEqual([]);
    expect(hand.give({ type: "retry", by, from: null })).toEqual([]);
  });

  it("starts nothing while it is paused, and goes on where it was", () => {
    const hand = new Hand(plan);
    expect(hand.give({ type: "pause", by })).toEqual(["run-paused"]);
    expect(hand.prepare("a")).toEqual([]);
    expect(outstanding(plan, structuredClone(hand.state)).some((command) => command.type === "prepare")).toBe(false);
    expect(hand.give({ type: "pause", by })).toEqual([]);
    expect(hand.give({ type: "resume", by })).toEqual(["run-resumed"]);
    expect(hand.of("prepare").map((command) => command.step)).toEqual(["a"]);
    expect(hand.give({ type: "resume", by })).toEqual([]);
    expect(hand.prepare("a")).toEqual(["step-scheduled"]);
  });

  it("does not stand still when a pause arrives after the resume that followed it, or comes twice", () => {
    const hand = new Hand(plan);
    expect(hand.give({ type: "resume", by, signal: 8 })).toEqual(["run-resumed"]);
    expect(hand.give({ type: "pause", by, signal: 7 })).toEqual([]);
    expect(hand.give({ type: "pause", by, signal: 9 })).toEqual(["run-paused"]);
    expect(hand.give({ type: "resume", by, signal: 10 })).toEqual(["run-resumed"]);
    expect(hand.give({ type: "pause", by, signal: 9 })).toEqual([]);
    expect(hand.prepare("a")).toEqual(["step-scheduled"]);
  });
});

describe("slots", () => {
  const fan = planOf(
    [start, ...["a", "b", "c", "d"].map((id) => ({ id, type: "task" })), { id: "wait", type: "pause" }],
    [
      ["start", "a"],
      ["start", "b"],
      ["start", "c"],
      ["start", "d"],
      ["start", "wait"],
    ],
    { settings: { maxConcurrency: 2 } },
  );

  it("are never more than the run allows, and what waits for time holds none", () => {
    const hand = new Hand(fan);
    expect(hand.of("prepare").map((command) => command.step)).toEqual(["wait", "a", "b"]);
    hand.give({ type: "prepared", step: "wait", attempt: 1, prepared: { kind: "wait", until: 2_000 } });
    hand.prepare("a");
    hand.prepare("b");
    expect(hand.prepare("c")).toEqual([]);
    hand.succeed("a");
    expect(hand.of("prepare").map((command) => command.step)).toEqual(["c"]);
    expect(hand.state.working).toBe(1);
  });
});

describe("approvals and waits", () => {
  const plan = planOf(
    [start, { id: "gate", type: "gate" }, { id: "pause", type: "pause" }, { id: "no", type: "calc" }],
    [
      ["start", "gate"],
      ["gate", "pause", "yes"],
      ["gate", "no", "no"],
    ],
  );
  const approvalId = "11111111-1111-4111-8111-111111111111";
  const request = {
    title: "?",
    description: "",
    options: [{ id: "yes", label: "Yes", kind: "approve" as const }],
    preselected: null,
    recommended: null,
    recommendation: null,
    assignee: { kind: "anyone" as const, id: null },
    urgency: "normal" as const,
    deadlineMs: 500,
    onTimeout: "reject" as const,
    escalateTo: null,
    fields: [],
    channels: ["inbox" as const],
    context: null,
  };
  const decide = (decision: string, id = approvalId): RunInput => ({
    type: "decided",
    step: "gate",
    decision: { approvalId: id, decision, comment: null, fields: {}, by, via: "app", expired: false },
  });

  function asked(): Hand {
    const hand = new Hand(plan);
    hand.give({ type: "prepared", step: "gate", attempt: 1, prepared: { kind: "approval", approvalId, request } });
    return hand;
  }

  it("hold the run until somebody decides, once", () => {
    const hand = asked();
    expect(hand.of("open-approval")[0]).toMatchObject({ approvalId, deadline: hand.now + 500 });
    expect(hand.state.status).toBe("waiting");
    expect(hand.give(decide("yes", "22222222-2222-4222-8222-222222222222"))).toEqual([]);
    expect(hand.give(decide("yes"))).toEqual(["approval-decided"]);
    expect(hand.give(decide("no"))).toEqual([]);
    expect(hand.status("no")).toBe("skipped");
    hand.give({ type: "prepared", step: "pause", attempt: 1, prepared: { kind: "wait", until: 9_000 } });
    expect(hand.of("arm-timer")).toEqual([{ type: "arm-timer", key: "wait:pause", due: 9_000 }]);
    expect(hand.give({ type: "timer", key: "wait:pause" })).toEqual(["timer-fired", "run-completed"]);
  });

  it("take the author's option of the kind that a deadline decided by", () => {
    const own = planOf(
      [
        start,
        { id: "gate", type: "gate", config: { options: [{ id: "no", kind: "reject" }] } as never },
        { id: "after", type: "calc" },
      ],
      [
        ["start", "gate"],
        ["gate", "after", "no"],
      ],
    );
    const hand = new Hand(own);
    hand.give({ type: "prepared", step: "gate", attempt: 1, prepared: { kind: "approval", approvalId, request } });
    hand.give(decide("reject"));
    expect(hand.status("after")).toBe("pending");
  });

  it("are escalated with a new deadline", () => {
    const hand = asked();
    expect(hand.give({ type: "escalated", step: "gate", approvalId, deadline: 7_000 })).toEqual(["approval-escalated"]);
    expect(hand.state.frames[""]?.steps["gate"]?.due).toBe(7_000);
  });

  it("are closed when the run is cancelled", () => {
    const hand = asked();
    hand.give({ type: "cancel", by, reason: "" });
    expect(hand.of("close-approval")).toEqual([{ type: "close-approval", step: "gate", approvalId }]);
    expect(hand.give(decide("yes"))).toEqual([]);
  });
});

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
    expect(hand.give({ type: "retry", by, from: "ghost" })).toEqual([]);
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
