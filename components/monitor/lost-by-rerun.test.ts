import { expect, test } from "vitest";
import type { StepView } from "../../engine/run/projection.ts";
import type { Plan } from "../../engine/workflow/plan.ts";
import { lostByRerun } from "./lost-by-rerun.ts";

const edges: Record<string, string[]> = {
  start: ["draft", "other"],
  draft: ["check"],
  check: ["done"],
  other: [],
  done: [],
};
const plan = {
  nodes: new Map(Object.entries(edges).map(([id, next]) => [id, { outgoing: next.map((target) => ({ target })) }])),
} as unknown as Plan;
const step = (node: string, status: string, frame = "") => ({ step: node, node, frame, status }) as unknown as StepView;

test("names the step and what follows it, as far as it completed", () => {
  const steps = [
    step("start", "completed"),
    step("draft", "completed"),
    step("other", "completed"),
    step("check", "failed"),
  ];
  expect(lostByRerun(plan, steps, "draft").map(({ node }) => node)).toEqual(["draft"]);
  expect(lostByRerun(plan, steps, "start").map(({ node }) => node)).toEqual(["start", "draft", "other"]);
  expect(lostByRerun(plan, steps, "check")).toEqual([]);
});
