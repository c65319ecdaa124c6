import { expect, test } from "vitest";
import type { RunEvent } from "../../../engine/run/event.ts";
import { createProjection } from "../../../engine/run/projection.ts";
import { testCatalogue } from "../../../engine/testing/catalogue.ts";
import { compile } from "../../../engine/workflow/compile.ts";
import type { Plan } from "../../../engine/workflow/plan.ts";
import { WorkLog } from "./work-log.ts";

function planOf(): Plan {
  const compiled = compile(
    {
      schemaVersion: 1,
      name: "Ask between two",
      nodes: [
        { id: "start", type: "start" },
        { id: "draft", type: "task" },
        { id: "ask", type: "gate" },
        { id: "send", type: "task" },
      ],
      edges: [
        { id: "a", source: "start", target: "draft" },
        { id: "b", source: "draft", target: "ask" },
        { id: "c", source: "ask", target: "send", sourcePort: "yes" },
      ],
    },
    testCatalogue,
  );
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return compiled.plan;
}

const plan = planOf();
const attempt = { attempt: 1, claim: 1 };
const events = [
  { type: "run-queued", at: 0, input: {} },
  { type: "run-started", at: 5_000 },
  { type: "step-scheduled", at: 5_000, step: "draft", attempt: 1, input: {}, key: "k1" },
  { type: "step-started", at: 5_100, step: "draft", ...attempt },
  { type: "step-completed", at: 9_000, step: "draft", attempt: 1, output: "text" },
  {
    type: "approval-requested",
    at: 9_000,
    step: "ask",
    approvalId: "00000000-0000-4000-8000-000000000001",
    deadline: 99_000_000,
    request: { title: "Send it?", options: [], context: {} },
  },
  { type: "step-scheduled", at: 3_609_000, step: "send", attempt: 1, input: {}, key: "k2" },
].map((event, index) => ({ ...event, seq: index + 1 })) as unknown as RunEvent[];

function logOf(count: number): WorkLog {
  const projection = createProjection(plan, "run");
  const log = new WorkLog(plan);
  for (const event of structuredClone(events.slice(0, count))) log.note(event, projection.apply(event));
  return log;
}

test("the queue and a person's hour are gaps, work is none", () => {
  expect(logOf(6).upTo(6, 60_000)).toEqual({
    gaps: [
      { from: 0, to: 5_000, seq: 2 },
      { from: 9_000, to: 60_000, seq: 7 },
    ],
    worked: 4_000,
  });
});

test("what goes on works until now", () => {
  expect(logOf(4).upTo(4, 65_000)).toEqual({ gaps: [{ from: 0, to: 5_000, seq: 2 }], worked: 60_000 });
});

test("the past of a long log is what the log was then", () => {
  const whole = logOf(events.length);
  for (let seq = 1; seq <= events.length; seq += 1) {
    const now = (events[seq - 1]?.at ?? 0) + 10_000;
    expect(whole.upTo(seq, now)).toEqual(logOf(seq).upTo(seq, now));
  }
});
