import { BatonError } from "../../engine/errors.ts";
import type { Caller } from "../auth/caller.ts";
import { notFound } from "../not-found.ts";
import type { Members } from "../auth/ports.ts";
import { requireAuthority } from "./authority.ts";
import type { LinkSigner } from "../../engine/ports/link-signer.ts";
import type { ApprovalStore } from "./ports.ts";

const longestLinkMs = 7 * 24 * 3_600_000;

/** A signed link to a pending request, good until its deadline and a week at most. Who may decide it may hand it on. */
export async function createLink(
  parts: {
    approvals: ApprovalStore;
    members: Pick<Members, "groupsOf">;
    links: LinkSigner;
    publicUrl: string;
    now: () => number;
  },
  caller: Caller,
  id: string,
): Promise<{ url: string; expiresAt: string }> {
  const approval = await parts.approvals.get(caller.orgId, id);
  if (approval === null) throw notFound("approval");
  await requireAuthority(parts.members, caller, approval);
  if (approval.status !== "pending") {
    throw new BatonError("CONFLICT", `The request is ${approval.status}; there is nothing left to decide.`);
  }
  const latest = parts.now() + longestLinkMs;
  const deadline = approval.deadlineAt === null ? latest : Date.parse(approval.deadlineAt);
  const expiresAt = Math.min(latest, deadline);
  const token = parts.links.sign({ approvalId: approval.id, orgId: caller.orgId, expiresAt });
  return { url: `${parts.publicUrl}/a/${token}`, expiresAt: new Date(expiresAt).toISOString() };
}
