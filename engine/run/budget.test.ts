import { describe, expect, it } from "vitest";
import { testCatalogue } from "../testing/catalogue.ts";
import { compile } from "../workflow/compile.ts";
import type { WorkflowFileInput } from "../workflow/file.ts";
import type { Plan, PlanNode } from "../workflow/plan.ts";
import { budgetRequest } from "./budget.ts";
import type { RunEvent } from "./event.ts";
import { apply, emptyState, fold } from "./fold.ts";
import type { RunCommand, RunInput } from "./input.ts";
import type { RunState } from "./state.ts";
import { transition } from "./transition.ts";
import { verifyJournal } from "./verify.ts";

const by = { kind: "user" as const, id: null, label: "Ada" };
const approvalOf = (step: string) => `00000000-0000-4000-8000-0000000000${step === "a" ? "0a" : "0b"}`;

/** Two effects side by side. */
function planOf(settings: WorkflowFileInput["settings"], node: Partial<WorkflowFileInput["nodes"][number]> = {}): Plan {
  const compiled = compile(
    {
      schemaVersion: 1,
      name: "test",
      settings,
      nodes: [
        { id: "start", type: "start" },
        { id: "a", type: "task", ...node },
        { id: "b", type: "task", ...node },
      ],
      edges: [
        { id: "e1", source: "start", target: "a" },
        { id: "e2", source: "start", target: "b" },
      ],
    },
    testCatalogue,
  );
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return compiled.plan;
}

/** Turns by hand; whatever is to be prepared is prepared at once. */
function drive(plan: Plan) {
  let state: RunState = emptyState("run");
  const events: RunEvent[] = [];
  const at = { now: 1_000 };
  const told: RunCommand[] = [];
  const first: RunEvent = {
    type: "run-queued",
    input: {},
    workflowId: approvalOf("a"),
    version: 1,
    by,
    trigger: "api",
    seq: 1,
    at: 0,
  };
  state = apply(plan, state, first);
  events.push(first);
  const give = (input: RunInput): void => {
    const queue = [input];
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const turn = transition(plan, state, next, at.now);
      state = turn.state;
      events.push(...turn.events);
      told.push(...turn.commands);
      for (const command of turn.commands) {
        if (command.type !== "prepare") continue;
        const { step, attempt, purpose, node } = command;
        const record = state.frames[""]?.steps[step];
        const request = budgetRequest(plan, state, plan.nodes.get(node) as PlanNode, record?.error ?? null);
        queue.push({
          type: "prepared",
          step,
          attempt,
          prepared:
            purpose === "escalate"
              ? { kind: "approval", approvalId: approvalOf(step), request }
              : { kind: "effect", input: {} },
        });
      }
    }
  };
  give({ type: "start" });
  return {
    at,
    events,
    told,
    give,
    state: () => state,
    status: (step: string) => state.frames[""]?.steps[step]?.status,
    verified: () => {
      expect(verifyJournal("test", events, { plan })).toEqual([]);
      expect(JSON.stringify(fold(plan, "run", events))).toBe(JSON.stringify(state));
    },
  };
}

const spent = (account: "run" | "organization" = "run") => ({
  code: "BUDGET_EXCEEDED" as const,
  message: "It is spent.",
  retryable: false,
  details: { account, wantedUsd: 0.5 },
});
const decision = (step: string, choice: string, fields = {}) =>
  ({
    type: "decided",
    step,
    decision: {
      approvalId: approvalOf(step),
      decision: choice,
      comment: null,
      fields,
      by,
      via: "app",
      expired: false,
    },
  }) as const;

describe("at the limit of a run's budget", () => {
  const asking = { budgetUsd: 2, onBudget: "ask" as const };

  it("a person is asked, and one answer lets all that asked go on with more money", () => {
    const run = drive(planOf(asking));
    for (const step of ["a", "b"]) run.give({ type: "failed", step, attempt: 1, error: spent() });
    expect([run.status("a"), run.status("b"), run.state().status]).toEqual(["waiting", "waiting", "waiting"]);
    const asked = run.events.find((event) => event.type === "approval-requested");
    expect(asked).toMatchObject({ request: { options: [{ id: "raise" }, { id: "fail" }], onTimeout: "reject" } });

    run.give(decision("a", "raise", { amountUsd: 3 }));
    expect(run.told).toContainEqual({ type: "close-approval", step: "b", approvalId: approvalOf("b") });
    expect([run.status("a"), run.status("b")]).toEqual(["queued", "queued"]);
    const scheduled = run.events.filter((event) => event.type === "step-scheduled" && event.attempt === 2);
    expect(scheduled).toMatchObject([{ raisedUsd: 3 }, { raisedUsd: 3 }]);
    // The other's answer comes too late to raise it twice.
    run.give(decision("b", "raise"));
    expect(run.state().raisedUsd).toBe(3);
    for (const step of ["a", "b"]) run.give({ type: "succeeded", step, attempt: 2, outcome: { output: 1 } });
    expect(run.state().status).toBe("completed");
    run.verified();
  });

  it("without an amount the budget is raised by as much again, each time it is asked", () => {
    const run = drive(planOf(asking));
    run.give({ type: "succeeded", step: "b", attempt: 1, outcome: { output: 1 } });
    for (const attempt of [1, 2]) {
      run.give({ type: "failed", step: "a", attempt, error: spent() });
      run.give(decision("a", "approve"));
    }
    expect(run.state().raisedUsd).toBe(4);
    run.verified();
  });

  it("whoever says no, or nothing, lets the step fail", () => {
    const run = drive(planOf(asking));
    run.give({ type: "failed", step: "a", attempt: 1, error: spent() });
    run.give(decision("a", "reject"));
    expect(run.state()).toMatchObject({ status: "failed", error: { code: "BUDGET_EXCEEDED" } });
    run.verified();
  });

  it("nobody is asked where the workflow stops there, or where the organisation's month is spent", () => {
    for (const [settings, error] of [
      [{ budgetUsd: 2 }, spent()],
      [asking, spent("organization")],
    ] as const) {
      const run = drive(planOf(settings));
      run.give({ type: "failed", step: "a", attempt: 1, error });
      expect(run.state().status).toBe("failed");
      run.verified();
    }
  });
});

describe("all attempts together", () => {
  const away = { code: "HTTP_FAILED" as const, message: "It is away.", retryable: true };
  const retry = { maxAttempts: 10, backoff: "fixed" as const, delayMs: 1_000 };

  it("take no longer than the step may take, and each knows when they must be over", () => {
    const run = drive(planOf({}, { retry, totalTimeoutMs: 1_500 }));
    expect(run.events.find((event) => event.type === "step-scheduled")).toMatchObject({ until: 2_500 });
    run.give({ type: "failed", step: "a", attempt: 1, error: away });
    expect(run.status("a")).toBe("waiting");
    run.at.now = 2_000;
    run.give({ type: "timer", key: "retry:a:1" });
    expect(run.events.at(-1)).toMatchObject({ type: "step-scheduled", attempt: 2, until: 2_500 });
    run.give({ type: "failed", step: "a", attempt: 2, error: away });
    expect(run.events.find((event) => event.type === "step-failed" && event.attempt === 2)).toMatchObject({
      retryAt: null,
      error: { message: expect.stringContaining("2 s for all attempts are over") },
    });
    run.verified();
  });

  it("are made after failures of the kinds alone that the policy names", () => {
    const plan = planOf({ onFailure: "finishOthers" }, { retry: { ...retry, on: ["rate-limit", "timeout"] } });
    const run = drive(plan);
    run.give({ type: "failed", step: "a", attempt: 1, error: away });
    expect(run.status("a")).toBe("failed");
    const limited = { ...away, code: "HTTP_STATUS" as const, details: { status: 429 } };
    run.give({ type: "failed", step: "b", attempt: 1, error: limited });
    expect(run.status("b")).toBe("waiting");
    run.verified();
  });
});
