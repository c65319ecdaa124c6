import { randomUUID } from "node:crypto";
import type { Approval } from "../../contracts/api/approval.ts";

/** A pending request with the usual options, for unit tests alone. */
export function testApproval(more: Partial<Approval> = {}): Approval {
  return {
    id: randomUUID(),
    runId: randomUUID(),
    workflowId: randomUUID(),
    workflowName: "Purchase",
    nodeId: "ask",
    stepId: "ask",
    title: "Buy it?",
    description: "",
    options: [
      { id: "approve", label: "Approve", kind: "approve" },
      { id: "reject", label: "Reject", kind: "reject" },
    ],
    preselected: null,
    recommended: null,
    recommendation: null,
    assignee: { kind: "anyone", id: null },
    urgency: "normal",
    deadlineAt: "2026-03-02T12:00:00Z",
    onTimeout: "reject",
    escalatedAt: null,
    delegation: null,
    requiredFields: [],
    context: null,
    irreversible: false,
    status: "pending",
    decision: null,
    comment: null,
    fields: null,
    decidedBy: null,
    decidedByLabel: null,
    decidedVia: null,
    decidedAt: null,
    createdAt: "2026-03-01T12:00:00Z",
    ...more,
  };
}
