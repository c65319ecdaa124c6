import { expect, test } from "vitest";
import { answerOf, optionOf, type ApprovalSubject } from "./decision.ts";

const approval = {
  options: [
    { id: "yes", label: "Approve", kind: "approve" },
    { id: "no", label: "Reject", kind: "reject" },
    { id: "redo", label: "Request changes", kind: "changes" },
  ],
  requiredFields: [
    { name: "limit", label: "Limit", type: "number", required: true },
    { name: "signed", label: "Signed", type: "boolean", required: true },
    { name: "note", label: "Note", type: "text", required: false },
  ],
} as unknown as ApprovalSubject;
const [approve, reject, changes] = approval.options;

test("the keys find their options", () => {
  expect([optionOf(approval, "approve")?.id, optionOf(approval, "reject")?.id]).toEqual(["yes", "no"]);
  expect(optionOf({ ...approval, options: [] }, "approve")).toBeNull();
});

test("fields travel in their type, and an empty comment is none", () => {
  expect(answerOf(approval, approve!, { comment: "  ", fields: { limit: "250", signed: "true" } })).toEqual({
    ok: true,
    body: { decision: "yes", comment: null, fields: { limit: 250, signed: true } },
  });
});

test("approving asks for the required fields, rejecting does not", () => {
  const empty = { comment: "no", fields: {} };
  expect(answerOf(approval, approve!, empty)).toMatchObject({
    ok: false,
    faults: { limit: "This is needed to decide." },
  });
  expect(answerOf(approval, reject!, empty).ok).toBe(true);
});

test("asking for changes says which", () => {
  expect(answerOf(approval, changes!, { comment: "", fields: {} })).toMatchObject({
    ok: false,
    faults: { comment: expect.any(String) },
  });
});

test("a number that is none is refused", () => {
  expect(answerOf(approval, approve!, { comment: "", fields: { limit: "lots" } })).toMatchObject({
    ok: false,
    faults: { limit: expect.any(String) },
  });
});
