import type { Approval, Assignee } from "../../contracts/api/approval.ts";
import { BatonError } from "../../engine/errors.ts";
import { mayDo } from "../auth/authorize.ts";
import type { Caller } from "../auth/caller.ts";
import type { Members } from "../auth/ports.ts";

/**
 * True when the caller may decide this request now: owners and admins always, viewers never, others when it is asked of
 * them: by id or address, by their role, or by a group they are in. A key is nobody in particular, so it has only its role.
 */
export async function mayDecide(
  members: Pick<Members, "groupsOf">,
  caller: Caller,
  approval: Pick<Approval, "assignee">,
): Promise<boolean> {
  if (!mayDo(caller, "approval:decide")) return false;
  if (caller.role === "owner" || caller.role === "admin") return true;
  const { kind, id } = approval.assignee;
  if (kind === "anyone") return true;
  if (kind === "role") return id === caller.role;
  if (caller.kind !== "user" || caller.id === null || id === null) return false;
  if (kind === "user") return same(id, caller.id) || (caller.email !== null && same(id, caller.email));
  const groups = await members.groupsOf(caller.orgId, caller.id);
  return groups.some((group) => same(group.id, id) || same(group.name, id));
}

/** @throws BatonError FORBIDDEN naming whom the request is for */
export async function requireAuthority(
  members: Pick<Members, "groupsOf">,
  caller: Caller,
  approval: Pick<Approval, "assignee">,
): Promise<void> {
  if (await mayDecide(members, caller, approval)) return;
  throw new BatonError(
    "FORBIDDEN",
    `This request is for ${describe(approval.assignee)}. Ask them, or an owner or admin, to decide it.`,
  );
}

/** Workflow files name people by address and groups by name, since ids differ between organisations. */
function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function describe(assignee: Assignee): string {
  return assignee.kind === "anyone" ? "members who may decide" : `the ${assignee.kind} ${assignee.id ?? ""}`.trim();
}
