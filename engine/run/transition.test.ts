import { describe, expect, it } from "vitest";
import { by, failure, Hand, planOf, start } from "../testing/hand.ts";
import type { RunInput } from "./input.ts";
import { outstanding } from "./outstanding.ts";

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
    for (const nothing of ["ghost", "constructor", "toString.a"]) expect(hand.succeed(nothing)).toEqual([]);
    const inputs = { constructor: 1, "toString.a": 1, "a.constructor": 1 };
    expect(hand.give({ type: "change", by, vars: {}, inputs })).toEqual([]);
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
