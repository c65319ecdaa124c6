import type { Role } from "../../contracts/api/common.ts";
import type { Invitation, LinkedInvitation } from "../../contracts/api/invitation.ts";
import type { AuditEntry } from "../audit.ts";
import type { Origin } from "../auth/caller.ts";

export interface InvitationStore {
  /** Those that are open, and those that have expired without an answer. */
  list(orgId: string): Promise<Invitation[]>;
  get(orgId: string, id: string): Promise<Invitation | null>;
  insert(
    invitation: Pick<Invitation, "id" | "email" | "role" | "invitedBy"> & LinkOf & { orgId: string },
    audit: AuditEntry,
  ): Promise<Invitation | "open" | "member">;
  /** A new link in place of the old one; null when there is no open invitation of this id. */
  renew(orgId: string, id: string, by: LinkOf & { invitedBy: string }, audit: AuditEntry): Promise<Invitation | null>;
  /** Notes that the mail went out. */
  sent(id: string): Promise<void>;
  revoke(orgId: string, id: string, audit: AuditEntry): Promise<Invitation | null>;
  organizationName(orgId: string): Promise<string | null>;
  behindLink(tokenHash: Uint8Array): Promise<LinkedInvitation | null>;
  accept(tokenHash: Uint8Array, userId: string, origin: Origin): Promise<Acceptance>;
}

interface LinkOf {
  tokenHash: Uint8Array;
  invitedById: string | null;
  lastsMs: number;
}

export interface Acceptance {
  outcome: "accepted" | "member" | "used" | "revoked" | "expired" | "withdrawn" | "other-account" | "missing";
  orgId: string | null;
  role: Role | null;
}

/** Sends mail. @throws BatonError SERVICE_UNAVAILABLE when it could not be sent */
export interface Mails {
  send(mail: { to: string; subject: string; text: string; html?: string | undefined }): Promise<void>;
}
