import { expect, test } from "vitest";
import { emptyState } from "../engine/run/fold.ts";
import { compile } from "../engine/workflow/compile.ts";
import { catalogue } from "../nodes/catalog/definitions.ts";
import { brokenLimit } from "./run-limits.ts";
import { chain } from "./faults/test-workflows.ts";

const compiled = compile(chain(2), catalogue);
const plan = compiled.ok ? compiled.plan : null;
const state = { ...emptyState("r"), status: "running" as const };

test("a run may write so many events and no more", () => {
  expect(brokenLimit(plan!, { ...state, seq: 200_000 }, false)).toBeNull();
  expect(brokenLimit(plan!, { ...state, seq: 200_001 }, false)).toMatchObject({
    code: "JOURNAL_LIMIT",
    message: expect.stringContaining("200,000"),
  });
});

test("a run may hold so many results and no more", () => {
  const huge = { ...state, vars: { text: "x".repeat(33 * 1024 * 1024) } };
  expect(brokenLimit(plan!, huge, false)).toBeNull();
  expect(brokenLimit(plan!, huge, true)).toMatchObject({ code: "STATE_TOO_LARGE" });
});

test("a run that is over broke no limit", () => {
  expect(brokenLimit(plan!, { ...state, seq: 300_000, status: "completed" }, true)).toBeNull();
});
