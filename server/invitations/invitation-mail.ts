import { escapeHtml, oneLine } from "../../engine/mail-text.ts";
import type { Invitation } from "../../contracts/api/invitation.ts";

/** The mail that carries an invitation's link. Names come from people, so each is put on one line and escaped. */
export function invitationMail(
  { email, role, invitedBy }: Pick<Invitation, "email" | "role" | "invitedBy">,
  organization: string,
  url: string,
): { to: string; subject: string; text: string; html: string } {
  const name = oneLine(organization);
  const by = oneLine(invitedBy);
  const lead = `${by} invites you to ${name} on Baton, as ${role}.`;
  const rest = `The link works once, for seven days, and only for ${email}. If you did not expect it, you need do nothing.`;
  return {
    to: email,
    subject: `${by} invites you to ${name}`.slice(0, 200),
    text: `${lead}\n\nJoin: ${url}\n\n${rest}\n`,
    html: `<h2>Join ${escapeHtml(name)}</h2>\n<p>${escapeHtml(lead)}</p>\n<p><a href="${escapeHtml(url)}">Join ${escapeHtml(name)}</a></p>\n<p>${escapeHtml(rest)}</p>\n`,
  };
}
