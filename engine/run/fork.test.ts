import { describe, expect, it } from "vitest";
import { testCatalogue } from "../testing/catalogue.ts";
import { createOracle } from "../testing/oracle.ts";
import { randomWorkflow } from "../testing/random-workflow.ts";
import { interpret } from "../testing/reference.ts";
import { numbers } from "../testing/schedules.ts";
import { simulate } from "../testing/simulate.ts";
import { compile } from "../workflow/compile.ts";
import type { Plan } from "../workflow/plan.ts";
import type { RunEvent } from "./event.ts";
import { forkJournal } from "./fork.ts";
import { projectRun } from "./projection.ts";
import { verifyJournal } from "./verify.ts";

const by = { kind: "user" as const, id: null, label: "Ada" };
const runId = "00000000-0000-4000-8000-00000000000f";
const usage = { model: "m", provider: "p", inputTokens: 1, outputTokens: 1, costUsd: 1, demo: false };

function planOf(source: Parameters<typeof compile>[0]): Plan | null {
  const compiled = compile(source, testCatalogue);
  return compiled.ok ? compiled.plan : null;
}

function endedBy(events: readonly RunEvent[]): string[] {
  return events.flatMap((event) => (event.type === "step-completed" ? [event.step] : []));
}

describe("a fork of a run over random graphs", { timeout: 60_000 }, () => {
  it("ends as the graph means, runs nothing again that had ended, and pays for nothing twice", () => {
    let compared = 0;
    let reused = 0;
    for (let seed = 1; seed <= 250; seed++) {
      const random = numbers(seed);
      const plan = planOf(randomWorkflow(numbers(seed), 20));
      if (plan === null) continue;
      const oracle = createOracle(seed, 0.1);
      const { events } = simulate(plan, oracle, { random });
      const paid = events.map((event) => (event.type === "step-completed" ? { ...event, usage: [usage] } : event));
      const at = 1 + Math.floor(random() * events.length);
      const prefix = forkJournal(plan, paid, { runId, at, input: undefined, by, now: 2e12 });
      expect(verifyJournal("run", prefix, { plan }), `seed ${seed}`).toEqual([]);
      const forked = simulate(plan, oracle, { random, from: prefix });
      expect(verifyJournal("run", forked.events, { plan, ended: true }), `seed ${seed}`).toEqual([]);
      expect(forked.state.costUsd).toBe(0);
      const done = new Set(endedBy(prefix));
      for (const name of forked.executions.keys()) expect(done.has(name.split("#")[0] ?? ""), name).toBe(false);
      reused += done.size;
      const expected = interpret(plan, oracle);
      if (expected === "failed" || forked.state.status === "failed") continue;
      compared += 1;
      const steps = projectRun(plan, "run", forked.events).steps;
      const seen = new Map(steps.map(({ step, status }) => [step, status]));
      for (const [step, status] of expected) expect([seed, step, seen.get(step)]).toEqual([seed, step, status]);
    }
    expect(compared).toBeGreaterThan(80);
    expect(reused).toBeGreaterThan(200);
  });
});

describe("a fork with another input", () => {
  const plan = planOf({
    schemaVersion: 1,
    name: "test",
    nodes: [
      { id: "start", type: "start" },
      { id: "fixed", type: "task", config: { value: "always" } },
      { id: "reads", type: "task", config: { value: "{{ input.topic }}" } },
      { id: "follows", type: "task", config: { value: "{{ reads.outputs }}" } },
      { id: "apart", type: "task", config: { value: "{{ fixed.outputs }}" } },
    ],
    edges: [
      { id: "a", source: "start", target: "fixed" },
      { id: "b", source: "start", target: "reads" },
      { id: "c", source: "reads", target: "follows" },
      { id: "d", source: "fixed", target: "apart" },
    ],
  });

  it("runs what depends on it again, and only that", () => {
    if (plan === null) throw new Error("The plan does not compile.");
    const oracle = createOracle(1, 0);
    const { events } = simulate(plan, oracle, { random: numbers(1), input: { topic: "a" } });
    const at = events.length;
    const prefix = forkJournal(plan, events, { runId, at, input: { topic: "b" }, by, now: 2e12 });
    expect(endedBy(prefix).toSorted()).toEqual(["apart", "fixed"]);
    expect(prefix[0]).toMatchObject({ input: { topic: "b" }, fork: { runId, at }, by });
    const forked = simulate(plan, oracle, { random: numbers(2), from: prefix });
    expect([...forked.executions.keys()].toSorted()).toEqual(["follows#1", "reads#1"]);
    expect(forked.state.status).toBe("completed");
    // The same input is no other one: then nothing is left to be run.
    const same = forkJournal(plan, events, { runId, at, input: { topic: "a" }, by, now: 2e12 });
    expect(endedBy(same)).toHaveLength(4);
  });
});
