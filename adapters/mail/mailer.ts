import { createTransport } from "nodemailer";
import type { Logger } from "pino";
import { z } from "zod";
import { BatonError } from "../../engine/errors.ts";

export interface Mail {
  to: string;
  subject: string;
  text: string;
  html?: string | undefined;
  /** The same for each try of the same mail, so that a mail that was sent twice is shown once. */
  messageId?: string | undefined;
}

/** Sends mail to people. Throws BatonError: INPUT_INVALID for an address or a subject that cannot be, SERVICE_UNAVAILABLE else. */
export interface Mailer {
  send(mail: Mail): Promise<void>;
  close(): void;
}

export interface MailerOptions {
  /** `smtp://user:password@host:port` or `smtps://…`. */
  smtpUrl: string;
  /** Sender, as `Baton <baton@example.com>`. */
  from: string;
  log: Pick<Logger, "info" | "warn">;
}

// A line break would begin a header of the attacker's choice, a comma a second recipient.
const oneLine = z.string().regex(/^[^\p{Cc}\u2028\u2029]*$/u, "must be one line");
const mailSchema = z.strictObject({
  to: z.email().max(320),
  subject: oneLine.min(1).max(500),
  text: z.string().max(1_000_000),
  html: z.string().max(2_000_000).optional(),
  messageId: z
    .string()
    .regex(/^<[\w.-]+@[\w.-]+>$/)
    .optional(),
});

/** Makes a mailer on an SMTP server; its connections are pooled and made when first needed. */
export function createMailer({ smtpUrl, from, log }: MailerOptions): Mailer {
  const transport = createTransport({
    url: smtpUrl,
    pool: true,
    maxConnections: 2,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
    // Nothing that stands in a mail may make us read a file or fetch an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send(mail) {
      const checked = mailSchema.safeParse(mail);
      if (!checked.success) {
        const issue = checked.error.issues[0];
        const field = issue?.path.join(".") ?? "mail";
        throw new BatonError("INPUT_INVALID", `The mail's "${field}" cannot be used: ${issue?.message ?? "invalid"}.`);
      }
      const { to, ...rest } = checked.data;
      try {
        // As an object the address is taken as it is, never parsed as a list.
        await transport.sendMail({ ...rest, from, to: { name: "", address: to } });
        log.info({ subject: rest.subject.slice(0, 80) }, "mail sent");
      } catch (cause) {
        log.warn({ code: codeOf(cause) }, "mail could not be sent");
        throw toBatonError(cause, smtpUrl);
      }
    },
    close: () => transport.close(),
  };
}

function toBatonError(cause: unknown, smtpUrl: string): BatonError {
  // The host only: the URL holds the password.
  const host = URL.canParse(smtpUrl) ? new URL(smtpUrl).host : "the mail server";
  const refused = responseOf(cause) >= 500;
  const message = refused
    ? `The mail server ${host} refused the mail. Check the address, the sender (MAIL_FROM) and the server's login.`
    : `The mail server ${host} cannot be reached or is busy. Check SMTP_URL; the mail is tried again.`;
  return new BatonError("SERVICE_UNAVAILABLE", message, { cause, retryable: !refused });
}

function responseOf(error: unknown): number {
  return error instanceof Error && "responseCode" in error ? Number(error.responseCode) : 0;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown";
}
