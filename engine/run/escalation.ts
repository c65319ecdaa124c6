import type { ErrorRecord } from "../errors.ts";
import type { PlanNode } from "../workflow/plan.ts";
import type { ApprovalRequest } from "./event.ts";

const dayMs = 86_400_000;

/** Options of the question what becomes of a failed step; their ids are what the fold understands. */
export const escalationOptions: ApprovalRequest["options"] = [
  { id: "retry", label: "Try again", kind: "approve" },
  { id: "skip", label: "Go on without it", kind: "other" },
  { id: "value", label: "Use this value", kind: "other" },
  { id: "fail", label: "Let it fail", kind: "reject" },
];

/** What a person is asked about a step that failed after its retries. Nobody answering means that it fails. */
export function escalationRequest(node: PlanNode, error: ErrorRecord | null): ApprovalRequest {
  return {
    title: `${node.name} failed: what now?`.slice(0, 500),
    description: error === null ? "" : `${error.code}: ${error.message}`.slice(0, 50_000),
    options: escalationOptions,
    preselected: null,
    recommended: null,
    recommendation: null,
    assignee: node.escalateTo,
    urgency: "high",
    deadlineMs: dayMs,
    onTimeout: "reject",
    escalateTo: null,
    fields: [{ name: "value", label: "The value to go on with", type: "text", required: false }],
    channels: ["inbox"],
    context: error === null ? null : { code: error.code, message: error.message },
  };
}
