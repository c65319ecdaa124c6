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
    html: `<h2>Join ${escape(name)}</h2>\n<p>${escape(lead)}</p>\n<p><a href="${escape(url)}">Join ${escape(name)}</a></p>\n<p>${escape(rest)}</p>\n`,
  };
}

function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, " ").slice(0, 120);
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
