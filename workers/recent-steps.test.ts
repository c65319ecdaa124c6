import { expect, test } from "vitest";
import type { RunEvent } from "../engine/run/event.ts";
import { RecentSteps } from "./recent-steps.ts";

const scheduled = (seq: number, input: unknown): RunEvent =>
  ({ type: "step-scheduled", seq, at: 1, step: "a", attempt: 1, input }) as unknown as RunEvent;

test("a step is given once, as the journal would give it: names by length, then by their bytes", () => {
  const recent = new RecentSteps();
  recent.written("r", [scheduled(3, { name: 1, b: [{ zz: 1, é: 2, a: null }], a: 2 })]);
  expect(JSON.stringify(recent.take({ runId: "r", seq: 3 })?.input)).toBe(
    '{"a":2,"b":[{"a":null,"zz":1,"é":2}],"name":1}',
  );
  expect(recent.take({ runId: "r", seq: 3 })).toBeNull();
});

test("large inputs, and more steps than it keeps, are left to the journal", () => {
  const recent = new RecentSteps();
  recent.written("r", [scheduled(1, "x".repeat(40_000))]);
  expect(recent.take({ runId: "r", seq: 1 })).toBeNull();
  recent.written(
    "r",
    Array.from({ length: 501 }, (_, index) => scheduled(index + 10, {})),
  );
  expect(recent.take({ runId: "r", seq: 10 })).toBeNull();
  expect(recent.take({ runId: "r", seq: 510 })).not.toBeNull();
});
