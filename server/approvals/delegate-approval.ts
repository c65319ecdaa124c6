import type { ApprovalView, Delegate } from "../../contracts/api/approval.ts";
import { BatonError } from "../../engine/errors.ts";
import type { Caller } from "../auth/caller.ts";
import type { Members } from "../auth/ports.ts";
import { notFound } from "../not-found.ts";
import { mayDecide, requireAuthority } from "./authority.ts";
import type { ApprovalStore } from "./ports.ts";

/**
 * Hands a request to another member, who is asked in place of those before. Who may decide it may hand it on; the deadline and
 * what happens at it stay. @throws BatonError NOT_FOUND, FORBIDDEN, INPUT_INVALID for somebody who could not decide it, or CONFLICT
 * when there is nothing left to decide
 */
export async function delegateApproval(
  parts: { approvals: ApprovalStore; members: Pick<Members, "groupsOf"> },
  caller: Caller,
  id: string,
  { to, note }: Delegate,
): Promise<ApprovalView> {
  const approval = await parts.approvals.get(caller.orgId, id);
  if (approval === null) throw notFound("approval");
  await requireAuthority(parts.members, caller, approval);
  const outcome = await parts.approvals.delegate({
    orgId: caller.orgId,
    id,
    to,
    note: note === "" ? null : note,
    actorKind: caller.kind,
    actorId: caller.id,
    actorLabel: caller.label,
    ip: caller.ip,
    userAgent: caller.userAgent,
  });
  if (outcome === "over")
    throw new BatonError("CONFLICT", "There is nothing left to decide, so nothing was handed on.");
  if (outcome === "stranger") {
    throw new BatonError("INPUT_INVALID", "The request stays where it was.", {
      details: {
        errors: [
          {
            path: "/to",
            code: "member",
            message: "is no member who may decide",
            fix: "Name a member who is not a viewer.",
          },
        ],
      },
    });
  }
  const delegated = outcome === "missing" ? null : await parts.approvals.get(caller.orgId, id);
  if (delegated === null) throw notFound("approval");
  return { ...delegated, canDecide: await mayDecide(parts.members, caller, delegated) };
}
