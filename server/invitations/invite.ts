import { createHash, randomBytes, randomUUID } from "node:crypto";
import type { CreateInvitation, Invitation } from "../../contracts/api/invitation.ts";
import type { Role } from "../../contracts/api/common.ts";
import { BatonError } from "../../engine/errors.ts";
import { auditEntry } from "../audit.ts";
import { coversRole } from "../auth/authorize.ts";
import { userIdOf, type Caller } from "../auth/caller.ts";
import { HttpRefusal } from "../http/problem.ts";
import type { RateLimiter } from "../http/rate-limit.ts";
import type { Log } from "../log.ts";
import { notFound } from "../not-found.ts";
import { invitationMail } from "./invitation-mail.ts";
import type { InvitationStore, Mails } from "./ports.ts";

export interface InviteParts {
  invitations: InvitationStore;
  mails: Mails;
  limiter: RateLimiter;
  publicUrl: string;
  log: Log;
}

const lastsMs = 7 * 24 * 3_600_000;
/** Mails to strangers' addresses go out under our name: enough for a team, too few for a campaign. */
const mailBucket = { capacity: 50, refillPerSecond: 50 / 3_600 };

/** What of a link is stored. 256 random bits need no slow hash: there is nothing to guess. */
export function hashInvitationToken(token: string): Buffer {
  return createHash("sha256").update(`invitation:${token}`, "utf8").digest();
}

/**
 * Invites an address, and mails it a link that works once. That the mail could not be sent is told by `sentAt` being null.
 * @throws BatonError FORBIDDEN for a role above the caller's, CONFLICT for a member or an address that is invited already
 */
export async function invite(parts: InviteParts, caller: Caller, request: CreateInvitation): Promise<Invitation> {
  requireCover(caller, request.role);
  await limitMails(parts, caller);
  const token = randomBytes(32).toString("base64url");
  const id = randomUUID();
  const { email, role } = request;
  const stored = await parts.invitations.insert(
    {
      id,
      orgId: caller.orgId,
      email,
      role,
      tokenHash: hashInvitationToken(token),
      invitedBy: caller.label,
      invitedById: userIdOf(caller),
      lastsMs,
    },
    auditEntry(caller, "invitation-created", { kind: "invitation", id }, { email, role }),
  );
  if (stored === "member") throw new BatonError("CONFLICT", `${email} is a member already.`);
  if (stored === "open") {
    throw new BatonError("CONFLICT", `${email} is invited already. Send the invitation again, or revoke it first.`);
  }
  return mail(parts, caller, stored, token);
}

/** Sends an open invitation again, with a new link and seven more days. The old link is dead. @throws BatonError NOT_FOUND */
export async function resendInvitation(parts: InviteParts, caller: Caller, id: string): Promise<Invitation> {
  const known = await parts.invitations.get(caller.orgId, id);
  if (known === null) throw notFound("invitation");
  requireCover(caller, known.role);
  await limitMails(parts, caller);
  const token = randomBytes(32).toString("base64url");
  const renewed = await parts.invitations.renew(
    caller.orgId,
    id,
    { tokenHash: hashInvitationToken(token), lastsMs, invitedBy: caller.label, invitedById: userIdOf(caller) },
    auditEntry(caller, "invitation-sent-again", { kind: "invitation", id }, { email: known.email }),
  );
  if (renewed === null) throw notFound("invitation");
  return mail(parts, caller, renewed, token);
}

/** Makes an invitation's link useless. @throws BatonError NOT_FOUND */
export async function revokeInvitation(
  parts: Pick<InviteParts, "invitations">,
  caller: Caller,
  id: string,
): Promise<Invitation> {
  const audit = auditEntry(caller, "invitation-revoked", { kind: "invitation", id });
  const revoked = await parts.invitations.revoke(caller.orgId, id, audit);
  if (revoked === null) throw notFound("invitation");
  return revoked;
}

async function mail(parts: InviteParts, caller: Caller, invitation: Invitation, token: string): Promise<Invitation> {
  const organization = (await parts.invitations.organizationName(caller.orgId)) ?? "an organisation";
  try {
    await parts.mails.send(invitationMail(invitation, organization, `${parts.publicUrl}/invite/${token}`));
  } catch (error) {
    if (!(error instanceof BatonError)) throw error;
    parts.log.warn({ err: error, invitation: invitation.id }, "an invitation was not mailed");
    return invitation;
  }
  await parts.invitations.sent(invitation.id);
  return (await parts.invitations.get(caller.orgId, invitation.id)) ?? invitation;
}

function requireCover(caller: Caller, role: Role): void {
  if (coversRole(caller.role, role)) return;
  throw new BatonError("FORBIDDEN", `A member with the role ${role} could do more than you as ${caller.role}.`);
}

async function limitMails({ limiter }: InviteParts, caller: Caller): Promise<void> {
  const { allowed, retryAfterSeconds } = await limiter.take(`invitations:${caller.orgId}`, mailBucket);
  if (allowed) return;
  throw new HttpRefusal(429, "RATE_LIMITED", `Too many invitations at once. Try again in ${retryAfterSeconds} s.`, {
    headers: { "Retry-After": String(retryAfterSeconds) },
  });
}
