import type { Approval, Decide } from "../../contracts/api/approval.ts";
import { BatonError } from "../../engine/errors.ts";
import { actorOf, type Caller, type Origin } from "../auth/caller.ts";
import { authorize } from "../auth/authorize.ts";
import { notFound } from "../not-found.ts";
import { requireAuthority } from "./authority.ts";
import { recordDecision, type DecideParts } from "./decide-approval.ts";
import type { LinkSigner } from "../../engine/ports/link-signer.ts";

export interface LinkParts extends DecideParts {
  links: LinkSigner;
}

/** One refusal for every token that is not good now, so that nothing can be learnt by trying. */
function badLink(): BatonError {
  return new BatonError("NOT_FOUND", "This link is not valid or has expired. Open the request in the inbox instead.");
}

/** The request behind a link. Shows only: opening a link, by a person or by a mail scanner, never decides. */
export async function openLink(
  parts: Pick<LinkParts, "approvals" | "links">,
  token: unknown,
): Promise<{ orgId: string; approval: Approval; needsSignIn: boolean }> {
  const claims = parts.links.open(token);
  if (claims === null) throw badLink();
  const found = await parts.approvals.behindLink(claims.approvalId);
  if (found === null || found.orgId !== claims.orgId) throw badLink();
  return { ...found, needsSignIn: needsSignIn(found.approval) };
}

/** The link alone may decide only what its author left to anyone and what can be undone. */
function needsSignIn(approval: Approval): boolean {
  return approval.irreversible || approval.assignee.kind !== "anyone";
}

/**
 * Decides through a link. With a session, the session names the person and their authority counts; without one, only a
 * request that is open to anyone and can be undone.
 * @throws BatonError NOT_FOUND, UNAUTHENTICATED, FORBIDDEN, INPUT_INVALID or CONFLICT
 */
export async function decideByLink(
  parts: LinkParts,
  token: unknown,
  decision: Decide,
  signedIn: (orgId: string) => Promise<Caller | null>,
  origin: Origin,
): Promise<Approval> {
  const { orgId, approval, needsSignIn: strict } = await openLink(parts, token);
  const caller = await signedIn(orgId);
  if (caller === null && strict) {
    throw new BatonError(
      "UNAUTHENTICATED",
      "This request is decided by a signed-in person. Sign in, then open the link again.",
    );
  }
  if (caller !== null) {
    if (caller.orgId !== orgId) throw notFound("approval");
    authorize(caller, "approval:decide");
    await requireAuthority(parts.members, caller, approval);
  }
  const by = caller === null ? ({ kind: "link", id: null, label: "signed link" } as const) : actorOf(caller);
  return recordDecision(
    parts,
    approval,
    decision,
    {
      orgId,
      id: approval.id,
      decision: decision.decision,
      comment: decision.comment,
      fields: decision.fields,
      actorKind: caller?.kind ?? "link",
      actorId: caller?.id ?? null,
      actorLabel: by.label,
      via: "link",
      ip: origin.ip,
      userAgent: origin.userAgent,
    },
    by,
  );
}
