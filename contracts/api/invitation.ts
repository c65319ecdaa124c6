import { z } from "zod";
import { idSchema, momentSchema, roleSchema } from "./common.ts";

const addressSchema = z.string().trim().toLowerCase().max(320).pipe(z.email("must be an e-mail address"));

export const createInvitationSchema = z.strictObject({ email: addressSchema, role: roleSchema });
export type CreateInvitation = z.infer<typeof createInvitationSchema>;

/** An invitation that is still open or has expired; its link is told to nobody but the one it was mailed to. */
export const invitationSchema = z.strictObject({
  id: idSchema,
  email: z.string(),
  role: roleSchema,
  invitedBy: z.string(),
  createdAt: momentSchema,
  expiresAt: momentSchema,
  /** Null while the mail could not be sent. */
  sentAt: momentSchema.nullable(),
});
export type Invitation = z.infer<typeof invitationSchema>;

export const invitationListSchema = z.strictObject({ items: z.array(invitationSchema) });

/** What the holder of a link sees before they decide. */
export const linkedInvitationSchema = z.strictObject({
  organization: z.string(),
  role: roleSchema,
  email: z.string(),
  invitedBy: z.string(),
  expiresAt: momentSchema,
  state: z.enum(["open", "used", "revoked", "expired"]),
});
export type LinkedInvitation = z.infer<typeof linkedInvitationSchema>;

export const invitationTokenSchema = z.strictObject({ token: z.string() });

/** `member` says that the account belonged to the organisation already and keeps its role. */
export const acceptedInvitationSchema = z.strictObject({
  outcome: z.enum(["accepted", "member"]),
  organizationId: idSchema,
  role: roleSchema,
});
export type AcceptedInvitation = z.infer<typeof acceptedInvitationSchema>;
