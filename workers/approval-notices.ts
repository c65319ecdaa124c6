import { BatonError } from "../engine/errors.ts";
import { escapeHtml, oneLine } from "../engine/mail-text.ts";
import type { Json } from "../engine/json.ts";
import type { LinkSigner } from "../engine/ports/link-signer.ts";
import type { Log } from "./log.ts";
import { slackMessage } from "./slack-message.ts";

/** A request that somebody is to be told of. */
export interface Notice {
  id: string;
  channel: "email" | "slack";
  recipient: string;
  attempts: number;
  orgId: string;
  approvalId: string;
  organization: string;
  workflow: string;
  title: string;
  description: string;
  recommendation: string | null;
  urgency: string;
  /** Epoch ms. */
  deadlineAt: number | null;
  options: { id: string; label: string; kind: string }[];
  /** True when the decision asks for fields that must be filled in. */
  needsForm: boolean;
}

export interface NotifierParts {
  notices: {
    /** What is due, each claimed for this worker alone. */
    claim(limit: number): Promise<Notice[]>;
    sent(id: string): Promise<void>;
    failed(id: string, error: string, final: boolean): Promise<void>;
  };
  mails: { send(mail: { to: string; subject: string; text: string; html: string; messageId: string }): Promise<void> };
  /** Null where no Slack app is set up. */
  slack: {
    userByEmail(email: string): Promise<string | null>;
    post(message: { userId: string; text: string; blocks: Json[] }): Promise<void>;
  } | null;
  links: LinkSigner;
  publicUrl: string;
  now: () => number;
  log: Log;
  everyMs?: number;
}

export interface Notifier {
  /** One round; never throws. */
  notify(): Promise<void>;
  close(): Promise<void>;
}

/** Few at once: a mail server is asked politely, and what is left comes in the next round. */
const atOnce = 20;
/** About four hours, at the pace of the claims. */
const mostAttempts = 12;
const longestLinkMs = 7 * 24 * 3_600_000;

/**
 * Mails people the requests they are asked to decide. A notice is marked as sent after the mail server took it: a worker that
 * dies in between sends it again, under the same message id.
 */
export function startNotifier(parts: NotifierParts): Notifier {
  const { notices, mails, log, everyMs = 2_000 } = parts;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();
  let away = false;

  const tell = async (notice: Notice): Promise<void> => {
    try {
      if (notice.channel === "slack") await post(parts, notice);
      else await mails.send(approvalMail(parts, notice));
    } catch (error) {
      if (!(error instanceof BatonError)) throw error;
      const final = !error.retryable || notice.attempts >= mostAttempts;
      log.warn(
        { notice: notice.id, attempt: notice.attempts, final, error: error.message },
        "somebody was not told of a request",
      );
      return notices.failed(notice.id, error.message, final);
    }
    return notices.sent(notice.id);
  };

  const notify = async (): Promise<void> => {
    try {
      const due = await notices.claim(atOnce);
      const results = await Promise.allSettled(due.map(tell));
      const failed = results.find((result) => result.status === "rejected");
      if (failed !== undefined) throw failed.reason;
      if (away) log.info({}, "requests are mailed again");
      away = false;
    } catch (error) {
      // Once for an outage; what was claimed comes due again.
      if (!away) log.warn({ error: String(error) }, "requests could not be mailed");
      away = true;
    }
  };

  const schedule = (): void => {
    if (closed) return;
    timer = setTimeout(
      () => {
        round = notify().finally(schedule);
      },
      everyMs * (0.75 + Math.random() * 0.5),
    );
  };
  schedule();

  return {
    notify,
    async close() {
      closed = true;
      clearTimeout(timer);
      await round;
    },
  };
}

/** A direct message with a button for each decision. @throws BatonError that is final where nobody can be found */
async function post(parts: NotifierParts, notice: Notice): Promise<void> {
  if (parts.slack === null) {
    throw new BatonError("SERVICE_UNAVAILABLE", "Slack is not set up here.", { retryable: false });
  }
  const userId = await parts.slack.userByEmail(notice.recipient);
  if (userId === null) {
    throw new BatonError("SERVICE_UNAVAILABLE", "Nobody in Slack has this address.", { retryable: false });
  }
  const { token, url, about, until } = linkTo(parts, notice);
  await parts.slack.post({ userId, ...slackMessage({ ...notice, about, until }, token, url) });
}

/** The signed link, good until the deadline and a week at most, and the words that go with it. */
function linkTo(
  { links, publicUrl, now }: NotifierParts,
  notice: Notice,
): { token: string; url: string; about: string; until: string | null } {
  const latest = now() + longestLinkMs;
  const expiresAt = Math.min(latest, notice.deadlineAt ?? latest);
  const token = links.sign({ approvalId: notice.approvalId, orgId: notice.orgId, expiresAt });
  return {
    token,
    url: `${publicUrl}/a/${token}`,
    about: `${oneLine(notice.workflow)} in ${oneLine(notice.organization)} waits for your decision.`,
    until: notice.deadlineAt === null ? null : `Decide by ${moment(notice.deadlineAt)}.`,
  };
}

/** The mail: what is asked, by when, what is recommended, and the link. The link shows; it never decides by being opened. */
function approvalMail(
  parts: NotifierParts,
  notice: Notice,
): { to: string; subject: string; text: string; html: string; messageId: string } {
  const { url, about, until } = linkTo(parts, notice);
  const title = oneLine(notice.title, 200);
  const urgent = notice.urgency === "high" || notice.urgency === "critical" ? `[${notice.urgency}] ` : "";
  const description = notice.description.slice(0, 4_000);
  const advice = notice.recommendation === null ? null : `Recommended: ${notice.recommendation.slice(0, 1_000)}`;
  const last = "Opening the link shows the request and decides nothing.";
  const paragraphs = [about, until, description, advice].filter((part) => part !== null && part !== "");
  return {
    to: notice.recipient,
    subject: `${urgent}${title}`,
    text: `${title}\n\n${paragraphs.join("\n\n")}\n\nShow and decide: ${url}\n\n${last}\n`,
    html: [
      `<h2>${escapeHtml(title)}</h2>`,
      ...paragraphs.map((part) => `<p style="white-space:pre-wrap">${escapeHtml(part ?? "")}</p>`),
      `<p><a href="${escapeHtml(url)}">Show and decide</a></p>`,
      `<p>${last}</p>`,
    ].join("\n"),
    messageId: `<approval.${notice.id}@baton.invalid>`,
  };
}

function moment(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
