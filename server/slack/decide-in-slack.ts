import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { Role } from "../../contracts/api/common.ts";
import { BatonError } from "../../engine/errors.ts";
import type { Json } from "../../engine/json.ts";
import { requireAuthority } from "../approvals/authority.ts";
import { recordDecision, type DecideParts } from "../approvals/decide-approval.ts";
import { openLink, type LinkParts } from "../approvals/open-link.ts";
import { actorOf, type Caller } from "../auth/caller.ts";

/** What the product knows of its Slack app; absent where none is set up. */
export interface SlackGate {
  signingSecret: string;
  emailOf(slackUserId: string): Promise<string | null>;
  memberByEmail(orgId: string, email: string): Promise<{ userId: string; role: Role } | null>;
  respond(url: string, message: Json): Promise<void>;
  /** True for addresses that Slack answers at. */
  isResponseUrl(url: string): boolean;
}

/** How old, or how far in the future, a signed click may be: five minutes, as Slack asks. */
const toleranceSeconds = 300;

/** Slack's v0 signature over the bytes as they came. Says nothing of why it does not fit. */
export function isFromSlack(
  secret: string,
  signed: { timestamp: string | undefined; signature: string | undefined; body: Uint8Array; now: number },
): boolean {
  const { timestamp = "", signature = "", body, now } = signed;
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(now / 1_000 - Number(timestamp)) > toleranceSeconds) return false;
  const content = Buffer.concat([Buffer.from(`v0:${timestamp}:`, "utf8"), body]);
  const expected = Buffer.from(`v0=${createHmac("sha256", secret).update(content).digest("hex")}`);
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

const clickSchema = z.looseObject({
  type: z.literal("block_actions"),
  user: z.looseObject({ id: z.string().max(64) }),
  response_url: z.string().max(2_000),
  actions: z.array(z.looseObject({ action_id: z.string(), value: z.string().max(2_000).optional() })).min(1),
});

/** The click in a request's body; null for what is none of ours (opening the link is a click as well). */
export function clickOf(
  body: string,
): { slackUser: string; token: string; decision: string; responseUrl: string } | null {
  const payload = new URLSearchParams(body).get("payload");
  const parsed = clickSchema.safeParse(payload === null ? null : parse(payload));
  const value = parsed.data?.actions.find(({ action_id: id }) => id.startsWith("decide:"))?.value;
  if (!parsed.success || value === undefined) return null;
  const at = value.indexOf("|");
  return {
    slackUser: parsed.data.user.id,
    token: value.slice(0, at),
    decision: value.slice(at + 1),
    responseUrl: parsed.data.response_url,
  };
}

/**
 * Decides as the member whose address the Slack user has: Slack vouches for the address, the organisation for what its owner may
 * do. The outcome is told in Slack, whatever it is.
 */
export async function decideInSlack(
  parts: DecideParts & LinkParts & { slack: SlackGate },
  click: NonNullable<ReturnType<typeof clickOf>>,
): Promise<void> {
  const { slack } = parts;
  if (!slack.isResponseUrl(click.responseUrl)) throw new BatonError("INPUT_INVALID", "That is no address of Slack's.");
  try {
    const { title, label } = await decide(parts, click);
    await slack.respond(click.responseUrl, {
      replace_original: true,
      text: `${title}: ${label}`,
      blocks: [
        { type: "section", text: { type: "plain_text", text: `✓ ${title}\n${label}, by you.`.slice(0, 2_900) } },
      ],
    });
  } catch (error) {
    if (!(error instanceof BatonError)) throw error;
    await slack.respond(click.responseUrl, {
      response_type: "ephemeral",
      replace_original: false,
      text: error.message,
    });
  }
}

async function decide(
  parts: DecideParts & LinkParts & { slack: SlackGate },
  { slackUser, token, decision }: NonNullable<ReturnType<typeof clickOf>>,
): Promise<{ title: string; label: string }> {
  const { orgId, approval } = await openLink(parts, token);
  const email = await parts.slack.emailOf(slackUser);
  const member = email === null ? null : await parts.slack.memberByEmail(orgId, email);
  if (email === null || member === null) {
    throw new BatonError("FORBIDDEN", "Your address in Slack belongs to no member here. Open the request instead.");
  }
  const caller: Caller = {
    kind: "user",
    id: member.userId,
    label: email,
    email,
    orgId,
    role: member.role,
    scopes: [],
    ip: null,
    userAgent: "Slack",
  };
  await requireAuthority(parts.members, caller, approval);
  const made = { decision, comment: null, fields: {} };
  const record = {
    orgId,
    id: approval.id,
    ...made,
    actorKind: "user",
    actorId: member.userId,
    actorLabel: email,
  } as const;
  await recordDecision(
    parts,
    approval,
    made,
    { ...record, via: "slack", ip: null, userAgent: "Slack" },
    actorOf(caller),
  );
  const option = approval.options.find(({ id }) => id === decision);
  return { title: approval.title, label: option?.label ?? decision };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (problem) {
    if (problem instanceof SyntaxError) return undefined;
    throw problem;
  }
}
