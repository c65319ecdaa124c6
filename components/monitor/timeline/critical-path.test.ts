import { expect, test } from "vitest";
import type { StepView } from "../../../engine/run/projection.ts";
import { testCatalogue } from "../../../engine/testing/catalogue.ts";
import { compile } from "../../../engine/workflow/compile.ts";
import type { Plan } from "../../../engine/workflow/plan.ts";
import { barParts } from "./bars.ts";
import { actualPath } from "./critical-path.ts";

function planOf(nodes: [id: string, type: string, parentId?: string][], edges: [string, string][]): Plan {
  const result = compile(
    {
      schemaVersion: 1,
      name: "Path",
      nodes: nodes.map(([id, type, parentId]) => ({ id, type, parentId: parentId ?? null })),
      edges: edges.map(([source, target], index) => ({ id: `e${index}`, source, target })),
    },
    testCatalogue,
  );
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join(" "));
  return result.plan;
}

function step(name: string, startedAt: number, endedAt: number | null, more: Partial<StepView> = {}): StepView {
  const parts = name.split(".");
  const inside = parts.length > 1;
  return {
    step: name,
    node: parts.at(-1)!,
    frame: parts.slice(0, -1).join("."),
    name,
    type: "task",
    status: endedAt === null ? "running" : "completed",
    attempt: 1,
    maxAttempts: 3,
    queuedAt: startedAt,
    startedAt,
    endedAt,
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
    container: inside ? parts.at(-3)! : null,
    index: inside ? Number(parts.at(-2)) : null,
    progress: null,
    ...more,
  };
}

const error = { code: "HTTP_FAILED" as const, message: "no", retryable: true };

test("follows back what each step waited for, not what was drawn longest", () => {
  const plan = planOf(
    [
      ["start", "start"],
      ["quick", "task"],
      ["slow", "task"],
      ["both", "task"],
    ],
    [
      ["start", "quick"],
      ["start", "slow"],
      ["quick", "both"],
      ["slow", "both"],
    ],
  );
  const steps = [step("start", 0, 0), step("quick", 0, 10), step("slow", 0, 90), step("both", 90, 100)];
  expect([...actualPath(plan, steps)].toSorted()).toEqual(["both", "slow", "start"]);
});

test("goes into loops: with two iterations at once, through those that made room for one another", () => {
  const plan = planOf(
    [
      ["start", "start"],
      ["each", "loop"],
      ["work", "task", "each"],
    ],
    [["start", "each"]],
  );
  const steps = [
    step("start", 0, 0),
    step("each", 0, 100),
    step("each.0.work", 0, 60),
    step("each.1.work", 0, 30),
    step("each.2.work", 30, 100),
  ];
  expect([...actualPath(plan, steps)].toSorted()).toEqual(["each", "each.1.work", "each.2.work", "start"]);
});

test("a bar has a part for the queue, for each attempt and for the waits between them", () => {
  const plan = planOf(
    [
      ["start", "start"],
      ["ask", "task"],
    ],
    [["start", "ask"]],
  );
  const ask = step("ask", 10, null, {
    queuedAt: 0,
    attempts: [
      { attempt: 1, startedAt: 10, endedAt: 20, error },
      { attempt: 2, startedAt: 50, endedAt: null, error: null },
    ],
  });
  expect(barParts(plan, ask, 80).map(({ kind, from, to, open }) => [kind, from, to, open])).toEqual([
    ["queued", 0, 10, false],
    ["failed", 10, 20, false],
    ["waiting", 20, 50, false],
    ["working", 50, 80, true],
  ]);
  const between = { ...ask, status: "waiting" as const, attempts: ask.attempts.slice(0, 1) };
  expect(barParts(plan, between, 80).at(-1)).toMatchObject({ kind: "waiting", from: 20, to: 80, open: true });
});

test("what waits for a person or a time is no work; what never began has no bar", () => {
  const plan = planOf(
    [
      ["start", "start"],
      ["gate", "gate"],
      ["pause", "pause"],
    ],
    [
      ["start", "gate"],
      ["start", "pause"],
    ],
  );
  const waits = [step("gate", 0, 50), step("pause", 50, null, { status: "waiting" })];
  expect(waits.map((each) => barParts(plan, each, 90)[0]?.kind)).toEqual(["waiting", "waiting"]);
  expect(barParts(plan, step("gate", 0, 0, { status: "skipped" }), 90)).toEqual([]);
});
