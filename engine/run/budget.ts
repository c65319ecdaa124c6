import type { ErrorRecord } from "../errors.ts";
import type { Json } from "../json.ts";
import type { Plan, PlanNode } from "../workflow/plan.ts";
import type { ApprovalRequest } from "./event.ts";
import type { RunCommand } from "./input.ts";
import { stepId } from "./path.ts";
import type { RunState, Step } from "./state.ts";

const dayMs = 86_400_000;

/** Options of the question whether a run may spend more. */
export const budgetOptions: ApprovalRequest["options"] = [
  { id: "raise", label: "Raise the budget and go on", kind: "approve" },
  { id: "fail", label: "Stop here", kind: "reject" },
];

/** True where a person is asked whether the run may spend more. Raising it is no help where the organisation's month is spent. */
export function asksForMoney({ file }: Plan, error: ErrorRecord | null): boolean {
  if (file.settings.onBudget !== "ask" || file.settings.budgetUsd === null) return false;
  return error?.code === "BUDGET_EXCEEDED" && error.details?.["account"] === "run";
}

/** Whether a step waits for an answer to that question, or is about to ask it. */
export function isAskingForMoney(plan: Plan, { status, escalated, error }: Step): boolean {
  return escalated === true && (status === "waiting" || status === "pending") && asksForMoney(plan, error);
}

/** What is asked. Nobody answering means that the step fails. */
export function budgetRequest(plan: Plan, state: RunState, node: PlanNode, error: ErrorRecord | null): ApprovalRequest {
  const budget = (plan.file.settings.budgetUsd ?? 0) + (state.raisedUsd ?? 0);
  const wanted = error?.details?.["wantedUsd"];
  return {
    title: `The budget of this run is spent: raise it?`,
    description:
      `${node.name} would go beyond the run's budget of $${budget.toFixed(2)}; $${state.costUsd.toFixed(2)} is spent. ${error?.message ?? ""}`.slice(
        0,
        50_000,
      ),
    options: budgetOptions,
    preselected: null,
    recommended: null,
    recommendation: null,
    assignee: node.escalateTo,
    urgency: "high",
    deadlineMs: dayMs,
    onTimeout: "reject",
    escalateTo: null,
    fields: [
      {
        name: "amountUsd",
        label: `Raise by, in US dollars (empty: ${raiseBy(plan, null)})`,
        type: "number",
        required: false,
      },
    ],
    channels: ["inbox"],
    context: {
      budgetUsd: budget,
      spentUsd: state.costUsd,
      ...(typeof wanted === "number" ? { wantedUsd: wanted } : {}),
    },
  };
}

/** By how much a decision raises the budget: what was typed, else as much again as the workflow has. */
export function raiseBy(plan: Plan, amount: Json | undefined): number {
  return typeof amount === "number" && amount > 0 ? amount : (plan.file.settings.budgetUsd ?? 0);
}

interface Question {
  step: string;
  approvalId: string;
}

/** Steps that ask the same: one answer is for all of them. */
export function askingForMoney(plan: Plan, state: RunState): Question[] {
  return Object.values(state.frames).flatMap((frame) =>
    Object.entries(frame.steps).flatMap(([id, record]) =>
      record.approvalId !== null && isAskingForMoney(plan, record)
        ? [{ step: stepId(frame.id, id), approvalId: record.approvalId }]
        : [],
    ),
  );
}

/** Questions that were answered with that of another step: they are closed. */
export function answeredBeside(before: Question[], after: Question[], decided: string): RunCommand[] {
  const still = new Set(after.map(({ approvalId }) => approvalId));
  return before
    .filter(({ step, approvalId }) => step !== decided && !still.has(approvalId))
    .map((question) => ({ type: "close-approval", ...question }));
}
