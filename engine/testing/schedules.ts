import type { RunInput } from "../run/input.ts";
import { stateBytes } from "../run/replay.ts";
import { verifyJournal } from "../run/verify.ts";
import { projectRun } from "../run/projection.ts";
import { compile } from "../workflow/compile.ts";
import type { Plan } from "../workflow/plan.ts";
import { testCatalogue } from "./catalogue.ts";
import { runCluster, stateOf } from "./cluster.ts";
import { calm, type ClusterResult, type FaultRates } from "./fault-rates.ts";
import { createOracle, type Oracle } from "./oracle.ts";
import { randomWorkflow } from "./random-workflow.ts";
import { interpret } from "./reference.ts";

/** Numbers in [0, 1) from a seed (mulberry32), so that a failing case can be told by its seed alone. */
export function numbers(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface Verdict {
  seed: number;
  /** Null where the drawn graph does not compile: no schedule. */
  result: ClusterResult | null;
  status: string;
  /** What was broken; empty when the schedule kept every promise. */
  faults: string[];
}

const by = { kind: "user" as const, id: null, label: "Ada" };

/** Draws graph, world, faults and what people do from one seed, runs it, and judges what came out. */
export function judgeSchedule(seed: number): Verdict {
  const random = numbers(seed);
  const compiled = compile(randomWorkflow(numbers(seed + 1), 6 + Math.floor(random() * 20)), testCatalogue);
  if (!compiled.ok) return { seed, result: null, status: "refused", faults: [] };
  const oracle = createOracle(seed, [0, 0.15, 0.4][Math.floor(random() * 3)] ?? 0);
  const faults = drawFaults(random);
  const meanwhile = drawPeople(random);
  try {
    const result = runCluster(compiled.plan, oracle, {
      random,
      faults,
      workers: 1 + Math.floor(random() * 3),
      meanwhile,
    });
    const status = stateOf(compiled.plan, result).status;
    return { seed, result, status, faults: judge(compiled.plan, oracle, result, meanwhile.length > 0) };
  } catch (error) {
    return { seed, result: null, status: "stuck", faults: [error instanceof Error ? error.message : String(error)] };
  }
}

function drawFaults(random: () => number): FaultRates {
  const rate = (): number => (random() < 0.5 ? 0 : random() * 0.12);
  if (random() < 0.1) return calm;
  return {
    crash: rate(),
    lostAppend: rate(),
    lateAppend: rate(),
    duplicate: random() < 0.5 ? 0 : random() * 0.5,
    flush: rate() / 6,
    expiry: rate(),
    clock: rate(),
  };
}

/** In one schedule of four somebody cancels, pauses and resumes, or does both. */
function drawPeople(random: () => number): { after: number; input: RunInput }[] {
  const kind = Math.floor(random() * 8);
  const after = 1 + Math.floor(random() * 30);
  if (kind === 0) return [{ after, input: { type: "cancel", by, reason: "enough" } }];
  if (kind === 1) {
    return [
      { after, input: { type: "pause", by } },
      { after, input: { type: "resume", by } },
    ];
  }
  return [];
}

function judge(plan: Plan, oracle: Oracle, result: ClusterResult, disturbed: boolean): string[] {
  const { journal, effects, struck, openApprovals } = result;
  const faults = verifyJournal("run", journal, { plan, ended: true }).map(
    ({ rule, seq, message }) => `${rule} at ${seq ?? "the end"}: ${message}`,
  );
  const again = stateOf(plan, result);
  if (stateBytes(again) !== stateBytes(stateOf(plan, result))) faults.push("replay: two folds differ");
  if (openApprovals > 0) faults.push(`${openApprovals} people are still asked after the end`);
  faults.push(...judgeEffects(result, effects, struck));
  if (!disturbed) faults.push(...judgeMeaning(plan, oracle, result, again.status));
  return faults;
}

/** An effect whose result counts happened; it happened again only as often as something broke. */
function judgeEffects(
  { journal }: ClusterResult,
  effects: Map<string, number>,
  struck: ClusterResult["struck"],
): string[] {
  const faults: string[] = [];
  const begun = new Set(
    journal.flatMap((event) => (event.type === "step-started" ? [`${event.step}#${event.attempt}`] : [])),
  );
  for (const event of journal) {
    if (event.type !== "step-completed" || !begun.has(`${event.step}#${event.attempt}`)) continue;
    if ((effects.get(`${event.step}#${event.attempt}`) ?? 0) === 0)
      faults.push(`${event.step} completed without its effect`);
  }
  const breakages = struck.crash + struck.flush + struck.expiry + struck.lostAppend + struck.lateAppend;
  for (const [name, count] of effects) {
    if (!begun.has(name)) faults.push(`${name} had an effect before its begin was in the journal`);
    if (count > 1 + breakages) faults.push(`${name} had its effect ${count} times; ${breakages} things broke`);
  }
  return faults;
}

/** The run came to the end that the graph means, whatever happened on the way. */
function judgeMeaning(plan: Plan, oracle: Oracle, { journal }: ClusterResult, status: string): string[] {
  const expected = interpret(plan, oracle);
  if (expected === "failed" || status === "failed") {
    const agree = (expected === "failed") === (status === "failed");
    return plan.file.settings.onFailure !== "stop" || agree ? [] : [`the run is ${status}, the graph means otherwise`];
  }
  const view = projectRun(plan, "run", structuredClone(journal));
  const seen = new Map(
    view.steps.filter((step) => step.status !== "cancelled").map((step) => [step.step, step.status]),
  );
  return [...expected].flatMap(([step, meant]) =>
    seen.get(step) === meant ? [] : [`${step} is ${seen.get(step) ?? "missing"}, the graph means ${meant}`],
  );
}
