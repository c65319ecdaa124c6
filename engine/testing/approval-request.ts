import type { ApprovalRequest } from "../run/event.ts";

/** A request that anybody of the organisation may decide within a second, for tests; `more` says what matters to one. */
export function approvalRequest(more: Partial<ApprovalRequest> = {}): ApprovalRequest {
  return {
    title: "Go on?",
    description: "",
    options: [
      { id: "yes", label: "Yes", kind: "approve" },
      { id: "no", label: "No", kind: "reject" },
    ],
    preselected: null,
    recommended: null,
    recommendation: null,
    assignee: { kind: "anyone", id: null },
    urgency: "normal",
    deadlineMs: 1_000,
    onTimeout: "reject",
    escalateTo: null,
    fields: [],
    channels: ["inbox"],
    context: null,
    ...more,
  };
}
