import type { AcceptedInvitation, LinkedInvitation } from "../../contracts/api/invitation.ts";
import { BatonError } from "../../engine/errors.ts";
import type { Authenticator } from "../auth/authenticate.ts";
import type { Origin } from "../auth/caller.ts";
import { hashInvitationToken } from "./invite.ts";
import type { InvitationStore } from "./ports.ts";

const tokenForm = /^[\w-]{43}$/;

/** One refusal for every link that was never good. */
function badLink(): BatonError {
  return new BatonError(
    "NOT_FOUND",
    "This invitation is not known. Open the link of the latest mail, or ask for a new one.",
  );
}

/** What stands behind a link. Shows only: opening it joins nothing. @throws BatonError NOT_FOUND */
export async function openInvitation(
  { invitations }: { invitations: Pick<InvitationStore, "behindLink"> },
  token: string,
): Promise<LinkedInvitation> {
  const found = tokenForm.test(token) ? await invitations.behindLink(hashInvitationToken(token)) : null;
  if (found === null) throw badLink();
  return found;
}

/**
 * Joins the organisation, for the account with the invited address and nobody else.
 * @throws BatonError NOT_FOUND, UNAUTHENTICATED, FORBIDDEN for another account, CONFLICT for a link that is over
 */
export async function acceptInvitation(
  parts: {
    invitations: Pick<InvitationStore, "accept">;
    auth: Pick<Authenticator, "identify" | "forgetMember">;
  },
  token: string,
  authorization: string | undefined,
  origin: Origin,
): Promise<AcceptedInvitation> {
  const { userId, email } = await parts.auth.identify(authorization);
  if (!tokenForm.test(token)) throw badLink();
  const { outcome, orgId, role } = await parts.invitations.accept(hashInvitationToken(token), userId, origin);
  switch (outcome) {
    case "accepted":
    case "member":
      if (orgId === null || role === null) throw new TypeError("An accepted invitation names organisation and role.");
      parts.auth.forgetMember(userId);
      return { outcome, organizationId: orgId, role };
    case "missing":
      throw badLink();
    case "other-account":
      throw new BatonError(
        "FORBIDDEN",
        `This invitation is for another address than ${email ?? "yours"}. Sign in with the address it was sent to.`,
      );
    case "used":
      throw new BatonError("CONFLICT", "This invitation was used already. Its link works once.");
    case "revoked":
      throw new BatonError("CONFLICT", "This invitation was revoked. Ask for a new one.");
    case "withdrawn":
      throw new BatonError("CONFLICT", "Who sent this invitation may not invite any more. Ask for a new one.");
    case "expired":
      throw new BatonError("CONFLICT", "This invitation has expired. Ask for a new one.");
  }
}
