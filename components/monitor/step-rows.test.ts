import { expect, test } from "vitest";
import type { StepView } from "../../engine/run/projection.ts";
import type { StepStatus } from "../../engine/run/status.ts";
import type { Plan } from "../../engine/workflow/plan.ts";
import { treeOf } from "./screen/step-tree.ts";
import { stepRows, type Folding } from "./step-rows.ts";
import { runStatus, stepStatus } from "./step-status.ts";

const plan = {
  levels: [["start"], ["each"], ["draft"], ["check"], ["done"]],
  nodes: new Map([
    ["start", { name: "Start", behaviour: "entry" }],
    ["each", { name: "Each", behaviour: "loop" }],
    ["draft", { name: "Draft", behaviour: "effect" }],
    ["check", { name: "Check", behaviour: "effect" }],
    ["done", { name: "Done", behaviour: "output" }],
  ]),
  scopes: new Map([["", { nodes: ["start", "each", "done"] }]]),
} as unknown as Plan;

function step(path: string, status: StepStatus, more: Partial<StepView> = {}): StepView {
  const parts = path.split(".");
  const node = parts.at(-1)!;
  const inside = parts.length > 1;
  return {
    step: path,
    node,
    frame: parts.slice(0, -1).join("."),
    name: node,
    type: "agent",
    status,
    attempt: 1,
    maxAttempts: 3,
    queuedAt: 0,
    startedAt: 0,
    endedAt: null,
    retryAt: null,
    waitsUntil: null,
    error: null,
    input: null,
    output: null,
    usage: [],
    logs: [],
    attempts: [],
    approvalId: null,
    childRunId: null,
    listening: [],
    container: inside ? parts[0]! : null,
    index: inside ? Number(parts[1]) : null,
    progress: null,
    ...more,
  };
}

function rowsOf(views: StepView[], folding: Folding) {
  return stepRows(plan, treeOf(views), folding);
}

const steps = [
  step("each.0.check", "completed"),
  step("each", "running"),
  step("start", "completed"),
  step("each.0.draft", "completed"),
  step("each.10.draft", "failed"),
  step("each.2.draft", "running"),
];

test("rows follow the graph, iterations their numbers, and finished iterations are folded", () => {
  expect(rowsOf(steps, new Map()).map((row) => `${" ".repeat(row.depth)}${row.key}`)).toEqual([
    "start",
    "each",
    " each.0",
    " each.2",
    "  each.2.draft",
    " each.10",
    "  each.10.draft",
    "done",
  ]);
});

test("what a person opened or closed stays so", () => {
  const keys = rowsOf(
    steps,
    new Map([
      ["each.0", true],
      ["each.2", false],
    ]),
  ).map((row) => row.key);
  expect(keys).toContain("each.0.draft");
  expect(keys.indexOf("each.0.draft")).toBeLessThan(keys.indexOf("each.0.check"));
  expect(keys).not.toContain("each.2.draft");
});

test("a closed container hides all its insides", () => {
  expect(rowsOf(steps, new Map([["each", false]])).map((row) => row.key)).toEqual(["start", "each", "done"]);
});

test("waiting says for what", () => {
  const person = step("a", "waiting", { approvalId: "x" });
  expect(stepStatus(step("a", "waiting", { retryAt: 5 }))).toBe("retrying");
  expect(stepStatus(person)).toBe("waiting-person");
  expect(stepStatus(step("a", "waiting"))).toBe("waiting");
  expect(runStatus({ status: "waiting", steps: [step("a", "completed"), person] })).toBe("waiting-person");
});

test("a loop of hundreds shows the iterations that matter, the chosen ones and how many more there are", () => {
  const many = [
    step("each", "running"),
    ...Array.from({ length: 300 }, (_, index) => step(`each.${index}.draft`, index === 7 ? "failed" : "completed")),
    step("each.300.draft", "running"),
  ];
  const keys = (folding: ReadonlyMap<string, boolean>) =>
    rowsOf(many, folding).flatMap((row) => (row.kind === "frame" || row.kind === "more" ? [row.key] : []));
  expect(keys(new Map())).toEqual(["each.7", "each.300", "each.*"]);
  expect(keys(new Map([["each.40", true]]))).toEqual(["each.7", "each.40", "each.300", "each.*"]);
  expect(keys(new Map([["each.*", true]]))).toHaveLength(302);
});
