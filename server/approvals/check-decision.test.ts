import { expect, test } from "vitest";
import type { BatonError } from "../../engine/errors.ts";
import type { Json } from "../../engine/json.ts";
import { checkDecision } from "./check-decision.ts";
import { testApproval } from "./test-approval.ts";

const approval = testApproval({
  requiredFields: [
    { name: "po", label: "PO number", type: "string", required: true },
    { name: "note", label: "", type: "text", required: false },
    { name: "amount", label: "", type: "number", required: false },
    { name: "sure", label: "", type: "boolean", required: false },
    { name: "day", label: "", type: "date", required: false },
  ],
});

function faults(decision: string, fields: Record<string, Json>): string[] {
  try {
    checkDecision(approval, { decision, comment: null, fields });
    return [];
  } catch (error) {
    const errors = (error as BatonError).details?.["errors"] as { path: string }[];
    return errors.map((one) => one.path);
  }
}

test("approving wants the required fields, rejecting does not", () => {
  expect(faults("approve", { po: "PO-1" })).toEqual([]);
  expect(faults("approve", {})).toEqual(["/fields/po"]);
  expect(faults("approve", { po: "   " })).toEqual(["/fields/po"]);
  expect(faults("approve", { po: null })).toEqual(["/fields/po"]);
  expect(faults("reject", {})).toEqual([]);
});

test("fields have their types, and nothing else is let in", () => {
  expect(faults("approve", { po: "x", note: "n", amount: 3, sure: false, day: "2026-02-01" })).toEqual([]);
  expect(faults("approve", { po: 3, note: [], amount: "3", sure: "yes", day: "soon" })).toEqual([
    "/fields/po",
    "/fields/note",
    "/fields/amount",
    "/fields/sure",
    "/fields/day",
  ]);
  expect(faults("reject", { role: "owner" })).toEqual(["/fields/role"]);
  expect(faults("approved", {})).toEqual(["/decision"]);
  expect(faults("toString", {})).toEqual(["/decision"]);
});
