import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { testCatalogue } from "../testing/catalogue.ts";
import { enrichWorkflow } from "../testing/enrich-workflow.ts";
import { createOracle } from "../testing/oracle.ts";
import { randomWorkflow } from "../testing/random-workflow.ts";
import { interpret } from "../testing/reference.ts";
import { numbers } from "../testing/schedules.ts";
import { simulate, type Simulation } from "../testing/simulate.ts";
import { compile } from "../workflow/compile.ts";
import type { Plan } from "../workflow/plan.ts";
import { fold } from "./fold.ts";
import { projectRun } from "./projection.ts";
import { isStepEnded } from "./status.ts";
import { verifyJournal } from "./verify.ts";

/** With all that depends on who was first: handlers, limits, early ends, rollback. */
function richPlan(seed: number, size = 20): Plan | null {
  const random = numbers(seed);
  const compiled = compile(enrichWorkflow(random, randomWorkflow(random, size)), testCatalogue);
  return compiled.ok ? compiled.plan : null;
}

function randomPlan(seed: number, size = 24): Plan | null {
  const compiled = compile(randomWorkflow(numbers(seed), size), testCatalogue);
  return compiled.ok ? compiled.plan : null;
}

/** What a journal must always be. */
function check(plan: Plan, { events, state, mostWorking }: Simulation): void {
  expect(verifyJournal("run", events, { plan, ended: true })).toEqual([]);
  expect(JSON.stringify(fold(plan, "run", structuredClone(events)))).toBe(JSON.stringify(state));
  expect(mostWorking).toBeLessThanOrEqual(plan.file.settings.maxConcurrency);
  expect(state.working + state.pending).toBe(0);
}

const cases = 400;
/** Fewer, as each draws and turns more; `npm run simulate` goes through many more. */
const richCases = 150;

// Hundreds of runs a test: on a busy machine they may need more than the usual five seconds.
describe("a run over random graphs, answers and orders", { timeout: 60_000 }, () => {
  for (const [name, options] of Object.entries({
    "in any order": {},
    "with answers that come twice": { repeats: 0.3 },
    "with a worker that keeps dying": { crashes: 0.15, repeats: 0.1 },
  })) {
    it(`ends as the reference interpreter says, ${name}`, () => {
      let compared = 0;
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.constantFrom(0, 0.15, 0.4), (seed, failureRate) => {
          const plan = randomPlan(seed);
          if (plan === null) return;
          const oracle = createOracle(seed, failureRate);
          const simulation = simulate(plan, oracle, { random: numbers(seed + 1), ...options });
          check(plan, simulation);
          compared += 1;
          const expected = interpret(plan, oracle);
          if (expected === "failed" || simulation.state.status === "failed") {
            if (plan.file.settings.onFailure === "stop")
              expect([expected === "failed", simulation.state.status]).toEqual([true, "failed"]);
            return;
          }
          const view = projectRun(plan, "run", simulation.events);
          const seen = new Map(
            view.steps.filter((step) => step.status !== "cancelled").map((step) => [step.step, step.status]),
          );
          for (const [step, status] of expected) expect([step, seen.get(step)]).toEqual([step, status]);
          for (const step of view.steps) expect(isStepEnded(step.status)).toBe(true);
        }),
        { numRuns: cases },
      );
      expect(compared).toBeGreaterThan(cases / 3);
    });
  }

  for (const [name, options] of Object.entries({
    "in any order": {},
    "with answers that come twice": { repeats: 0.3 },
    "with a worker that keeps dying": { crashes: 0.15, repeats: 0.1 },
  })) {
    it(`comes to an end with everything decided, whatever its graph says, ${name}`, () => {
      let ran = 0;
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.constantFrom(0, 0.15, 0.4), (seed, failureRate) => {
          const plan = richPlan(seed);
          if (plan === null) return;
          ran += 1;
          const simulation = simulate(plan, createOracle(seed, failureRate), { random: numbers(seed + 1), ...options });
          check(plan, simulation);
          for (const { held, queue } of Object.values(simulation.state.limits ?? {}))
            expect({ held, queue }).toEqual({ held: 0, queue: [] });
          const view = projectRun(plan, "run", structuredClone(simulation.events));
          for (const step of view.steps) expect([step.step, isStepEnded(step.status)]).toEqual([step.step, true]);
        }),
        { numRuns: richCases },
      );
      expect(ran).toBeGreaterThan(richCases / 3);
    });
  }

  it("takes a failed run up whatever its graph says, but one that was rolled back", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (seed) => {
        const plan = richPlan(seed);
        if (plan === null) return;
        const healed = createOracle(seed, 0);
        const simulation = simulate(plan, createOracle(seed, 0.4), { random: numbers(seed), healed, crashes: 0.02 });
        const { events, state } = simulation;
        expect(verifyJournal("run", events, { plan, ended: true })).toEqual([]);
        expect(JSON.stringify(fold(plan, "run", structuredClone(events)))).toBe(JSON.stringify(state));
        expect(state.status === "completed" || state.rollback !== undefined).toBe(true);
      }),
      { numRuns: richCases },
    );
  });

  it("lets a cancel win over all that comes after it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 1, max: 60 }), (seed, at) => {
        const plan = randomPlan(seed);
        if (plan === null) return;
        const by = { kind: "user" as const, id: null, label: "Ada" };
        const meanwhile = new Map([[at, { type: "cancel" as const, by, reason: "enough" }]]);
        const simulation = simulate(plan, createOracle(seed, 0.1), { random: numbers(seed), meanwhile, repeats: 0.2 });
        check(plan, simulation);
        const cancelled = simulation.events.findIndex((event) => event.type === "run-cancelled");
        if (cancelled >= 0) expect(cancelled).toBe(simulation.events.length - 1);
      }),
      { numRuns: cases },
    );
  });

  it("goes on after a pause as if there had been none", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 1, max: 30 }), (seed, at) => {
        const plan = randomPlan(seed);
        if (plan === null) return;
        const by = { kind: "user" as const, id: null, label: "Ada" };
        const meanwhile = new Map([
          [at, { type: "pause" as const, by }],
          [at + 5, { type: "resume" as const, by }],
        ]);
        const oracle = createOracle(seed, 0);
        const simulation = simulate(plan, oracle, { random: numbers(seed), meanwhile });
        if (simulation.state.status === "paused") return; // the world had nothing left to say before the resume was due
        check(plan, simulation);
        expect(simulation.state.status).toBe("completed");
      }),
      { numRuns: cases },
    );
  });

  it("takes a failed run up where it failed, and pays for nothing twice", () => {
    let retried = 0;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.constantFrom(0, 0.1), (seed, crashes) => {
        const plan = randomPlan(seed);
        if (plan === null) return;
        const healed = { ...createOracle(seed, 0) };
        const simulation = simulate(plan, createOracle(seed, 0.4), { random: numbers(seed), healed, crashes });
        const { events, state } = simulation;
        expect(state.status).toBe("completed");
        expect(verifyJournal("run", events, { plan, ended: true })).toEqual([]);
        expect(JSON.stringify(fold(plan, "run", structuredClone(events)))).toBe(JSON.stringify(state));
        const at = events.findIndex((event) => event.type === "run-retried");
        if (at < 0) return;
        retried += 1;
        for (const step of projectRun(plan, "run", events).steps) expect(isStepEnded(step.status)).toBe(true);
        if (plan.file.settings.onFailure !== "stop") return; // containers that failed whole start anew there
        const done = new Set(
          events.slice(0, at).flatMap((event) => (event.type === "step-completed" ? [event.step] : [])),
        );
        const again = events
          .slice(at)
          .flatMap((event) => (event.type === "step-scheduled" && done.has(event.step) ? [event.step] : []));
        expect(again).toEqual([]);
      }),
      { numRuns: cases },
    );
    expect(retried).toBeGreaterThan(cases / 20);
  });
});
