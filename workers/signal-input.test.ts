import { expect, test } from "vitest";
import { signalInput } from "./signal-input.ts";

const approvalId = "6f1c1f0e-8f43-4a6c-9a55-0d7e3c1a2b3c";
const by = { kind: "user", id: "u1", label: "Ada" };

test("a decision as the database writes it", () => {
  const payload = {
    approvalId,
    stepId: "ask",
    decision: "approve",
    comment: null,
    fields: null,
    by,
    via: "link",
    at: 17,
  };
  expect(signalInput("decision", payload)).toEqual({
    type: "decided",
    step: "ask",
    decision: { approvalId, decision: "approve", comment: null, fields: {}, by, via: "link", expired: false },
  });
});

test("a decision by the deadline is marked as such", () => {
  const system = { kind: "system", id: null, label: "system" };
  const payload = {
    approvalId,
    stepId: "ask",
    decision: "reject",
    comment: null,
    fields: {},
    by: system,
    via: "system",
  };
  expect(signalInput("decision", payload)).toMatchObject({ decision: { expired: true, via: "system" } });
});

test("an escalation, and what people do to a run", () => {
  const escalated = { escalated: true, approvalId, stepId: "ask", from: {}, assignee: {}, deadlineAt: 99, at: 1 };
  expect(signalInput("timer", escalated)).toEqual({ type: "escalated", step: "ask", approvalId, deadline: 99 });
  expect(signalInput("cancel", { by, reason: "enough" })).toEqual({ type: "cancel", by, reason: "enough" });
  expect(signalInput("pause", { by })).toEqual({ type: "pause", by });
  expect(signalInput("resume", { by })).toEqual({ type: "resume", by });
  expect(signalInput("retry", { by, from: "a" })).toEqual({ type: "retry", by, from: "a" });
  expect(signalInput("retry", { by })).toEqual({ type: "retry", by, from: null });
});

test("what nobody in the product writes is not guessed at", () => {
  expect(signalInput("decision", { decision: "approve" })).toBeNull();
  expect(signalInput("cancel", null)).toBeNull();
  expect(signalInput("dance", { by })).toBeNull();
});
