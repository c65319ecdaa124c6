import type { Approval, Decide } from "../../contracts/api/approval.ts";
import { BatonError } from "../../engine/errors.ts";
import type { RunMailbox } from "../../engine/ports/run-mailbox.ts";
import type { StepQueue } from "../../engine/ports/step-queue.ts";
import { actorOf, type Caller } from "../auth/caller.ts";
import type { Members } from "../auth/ports.ts";
import type { Log } from "../log.ts";
import { notFound } from "../not-found.ts";
import { announce } from "../runs/control-run.ts";
import { requireAuthority } from "./authority.ts";
import { checkDecision } from "./check-decision.ts";
import type { ApprovalStore, DecisionOutcome, RecordedDecision } from "./ports.ts";

export interface DecideParts {
  approvals: ApprovalStore;
  members: Pick<Members, "groupsOf">;
  mailbox: Pick<RunMailbox, "post">;
  queue: Pick<StepQueue, "wake">;
  log: Log;
}

/**
 * Decides a request, once, with the authority the caller has at this moment.
 * @throws BatonError NOT_FOUND, FORBIDDEN, INPUT_INVALID, or CONFLICT with the decision that stands
 */
export async function decideApproval(
  parts: DecideParts,
  caller: Caller,
  id: string,
  decision: Decide,
): Promise<Approval> {
  const approval = await parts.approvals.get(caller.orgId, id);
  if (approval === null) throw notFound("approval");
  await requireAuthority(parts.members, caller, approval);
  return recordDecision(
    parts,
    approval,
    decision,
    {
      orgId: caller.orgId,
      id,
      decision: decision.decision,
      comment: decision.comment,
      fields: decision.fields,
      actorKind: caller.kind,
      actorId: caller.id,
      actorLabel: caller.label,
      via: caller.kind === "user" ? "app" : "api",
      ip: caller.ip,
      userAgent: caller.userAgent,
    },
    actorOf(caller),
  );
}

/** Checks and records a decision whose authority has been checked, then tells the run. */
export async function recordDecision(
  parts: Pick<DecideParts, "approvals" | "mailbox" | "queue" | "log">,
  approval: Approval,
  decision: Decide,
  record: RecordedDecision,
  by: { kind: "user" | "api_key" | "system" | "link"; id: string | null; label: string },
): Promise<Approval> {
  if (approval.status !== "pending") throw alreadyDecided(approval);
  checkDecision(approval, decision);
  const result: DecisionOutcome = await parts.approvals.decide(record);
  if (result.approval === null || result.outcome === "missing") throw notFound("approval");
  if (result.outcome !== "decided" || result.signal === null) throw alreadyDecided(result.approval);
  const { approval: decided, signal } = result;
  announce(
    parts,
    { id: decided.runId, priority: 0, orgId: record.orgId },
    {
      signal,
      input: {
        type: "decided",
        step: decided.stepId,
        decision: {
          approvalId: decided.id,
          decision: record.decision,
          comment: record.comment,
          fields: record.fields,
          by,
          via: record.via,
          expired: false,
        },
      },
    },
  );
  return decided;
}

/** Somebody or something was first: says who decided what, and when. */
function alreadyDecided(approval: Approval): BatonError {
  const current = {
    status: approval.status,
    decision: approval.decision,
    decidedByLabel: approval.decidedByLabel,
    decidedAt: approval.decidedAt,
  };
  return new BatonError("CONFLICT", `${whatStands(approval)} Your decision was not recorded.`, {
    details: { current },
  });
}

function whatStands(approval: Approval): string {
  const by = approval.decidedByLabel ?? "somebody else";
  switch (approval.status) {
    case "decided":
      return `${by} decided "${approval.decision ?? ""}" at ${approval.decidedAt ?? "an unknown time"}.`;
    case "cancelled":
      return "The run no longer waits for this decision.";
    case "expired":
    case "pending":
      return `The deadline (${approval.deadlineAt ?? "unknown"}) is over.`;
  }
}
