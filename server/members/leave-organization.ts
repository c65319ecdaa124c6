import { BatonError } from "../../engine/errors.ts";
import { auditEntry, type AuditEntry } from "../audit.ts";
import type { Caller } from "../auth/caller.ts";
import { notFound } from "../not-found.ts";

export interface Leaving {
  /** False when they were no member; "last-owner" when nobody would own the organisation after them. */
  leave(orgId: string, userId: string, audit: AuditEntry): Promise<boolean | "last-owner">;
}

/** Ends the caller's own membership. @throws BatonError UNAUTHENTICATED for a key, CONFLICT for the last owner */
export async function leaveOrganization(
  parts: { leaving: Leaving; auth: { forgetMember(userId: string): void } },
  caller: Caller,
): Promise<void> {
  if (caller.kind !== "user" || caller.id === null) {
    throw new BatonError("UNAUTHENTICATED", "This needs a signed-in person; an API key is revoked instead.");
  }
  const audit = auditEntry(caller, "membership-left", { kind: "membership", id: caller.id });
  const left = await parts.leaving.leave(caller.orgId, caller.id, audit);
  if (left === "last-owner") {
    throw new BatonError("CONFLICT", "You are the last owner. Make another member an owner first, then leave.");
  }
  if (!left) throw notFound("membership");
  parts.auth.forgetMember(caller.id);
}
