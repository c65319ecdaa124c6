import { expect, test } from "vitest";
import type { Json } from "../../engine/json.ts";
import type { RunEvent } from "../../engine/run/event.ts";
import { apply, emptyState } from "../../engine/run/fold.ts";
import { compile } from "../../engine/workflow/compile.ts";
import type { WorkflowFileInput } from "../../engine/workflow/file.ts";
import type { Plan } from "../../engine/workflow/plan.ts";
import { catalogue } from "../../nodes/catalog/definitions.ts";
import { createAtOnce } from "./run-at-once.ts";

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
type Node = WorkflowFileInput["nodes"][number];

/** Nodes one after another from `start`; those with a parent hang on nothing. */
function planOf(...nodes: Node[]): Plan {
  const chain = ["start", ...nodes.filter(({ parentId }) => parentId === undefined).map(({ id }) => id)];
  const edges = chain.slice(1).map((target, index) => ({ id: `e${index}`, source: chain[index] ?? "", target }));
  const result = compile(
    { schemaVersion: 1, name: "Test", nodes: [{ id: "start", type: "start" }, ...nodes], edges },
    catalogue,
  );
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.plan;
}

async function runOf(plan: Plan, input: Json, atOnce = createAtOnce(() => 1_000, log)) {
  const queued: RunEvent = {
    type: "run-queued",
    input,
    workflowId: "00000000-0000-4000-8000-000000000001",
    version: 1,
    by: { kind: "system", id: null, label: "test" },
    trigger: "api",
    seq: 1,
    at: 1_000,
  };
  return atOnce.run(plan, "run", queued);
}

const value = (id: string, text: Json): Node => ({ id, type: "transform", config: { value: text } });
const times = (count: number): Node => ({ id: "many", type: "loop", config: { mode: "times", times: count } });
const inside: Node = { id: "one", type: "transform", parentId: "many", config: { value: "{{ loop.index * 2 }}" } };
const result = (text: string): Node => ({ id: "result", type: "output", config: { value: text } });

test("a run that only computes ends here, and its journal folds to its state", async () => {
  const plan = planOf(value("sum", "{{ input.a + input.b }}"), times(20), inside, result("{{ many.outputs.results }}"));
  const run = await runOf(plan, { a: 1, b: 2 });
  expect(run?.state.status).toBe("completed");
  const last = run?.events.at(-1);
  expect(last?.type === "run-completed" && last.output).toEqual(Array.from({ length: 20 }, (_, index) => index * 2));
  const folded = (run?.events ?? []).reduce((state, event) => apply(plan, state, event), emptyState("run"));
  expect(folded).toEqual(run?.state);
});

const number = { type: "number", minimum: 1 };

test.each([
  ["what a computing step gives", { ...value("sum", "{{ input.a }}"), contract: { output: number } }, "output of sum"],
  [
    "what it is given",
    { ...value("sum", "{{ input.a }}"), contract: { input: { type: "object", properties: { value: number } } } },
    "input of sum",
  ],
  [
    "what a container is given",
    { ...times(1), config: { mode: "times", times: "{{ input.a }}" }, contract: { input: { required: ["none"] } } },
    "input of many",
  ],
] satisfies [string, Node, string][])("a data contract holds for %s", async (_what, node, told) => {
  const rest = node.id === "many" ? [inside] : [];
  const plan = planOf(node, ...rest, result("done"));
  const broken = await runOf(plan, { a: node.id === "many" ? 1 : 0 });
  expect(broken?.state).toMatchObject({ status: "failed", error: { code: "CONTRACT_BROKEN", retryable: false } });
  expect(broken?.state.error?.message).toContain(`The ${told} does not fit its data contract`);
  if (node.id === "sum") expect((await runOf(plan, { a: 2 }))?.state.status).toBe("completed");
  const kept = planOf({ ...node, onError: { value: 7 } }, ...rest, result(`{{ ${node.id}.outputs }}`));
  expect((await runOf(kept, { a: 0 }))?.state.output).toBe(7);
});

test("a failing expression fails the run here as it would at a worker", async () => {
  const run = await runOf(planOf(value("sum", "{{ input.a.b.c }}"), result("{{ sum.outputs }}")), { a: null });
  expect(run?.state).toMatchObject({ status: "failed", error: { code: "EXPRESSION_FAILED" } });
});

test.each([
  ["waits", planOf({ id: "pause", type: "wait", config: { mode: "duration", durationMs: 1 } })],
  ["asks the world", planOf({ id: "get", type: "http", config: { url: "https://example.com" } })],
  ["needs the sandbox", planOf(value("names", "{{ input.list.map((x) => x + 1) }}"))],
  ["grows too large", planOf(...doubling(24))],
])("what %s is left to a worker", async (_what, plan) => {
  expect(await runOf(plan, { list: [1] })).toBeNull();
});

test("what takes too long is left to a worker, and after three tries not tried again", async () => {
  const plan = planOf(times(10_000), inside);
  let turns = 0;
  const atOnce = createAtOnce(() => (turns += 1), log);
  for (let tries = 0; tries < 3; tries++) expect(await runOf(plan, {}, atOnce)).toBeNull();
  expect(turns).toBeGreaterThan(0);
  turns = 0;
  expect(await runOf(plan, {}, atOnce)).toBeNull();
  expect(turns).toBe(0);
});

/** Each step holds the one before twice: a megabyte of JSON after twenty steps, from a handful of objects. */
function doubling(steps: number): Node[] {
  return Array.from({ length: steps }, (_, index) => {
    const before = index === 0 ? "input" : `d${index - 1}.outputs`;
    return value(`d${index}`, { left: `{{ ${before} }}`, right: `{{ ${before} }}` });
  });
}
