import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { z } from "zod";
import { MailboxPage } from "../../components/mailbox/mailbox-page.tsx";

export const metadata: Metadata = { title: "Local mailbox" };

const mailboxSchema = z.object({
  mails: z.array(
    z.object({
      id: z.string(),
      from: z.string(),
      to: z.array(z.string()),
      subject: z.string(),
      text: z.string(),
      receivedAt: z.string(),
    }),
  ),
});

export default async function MailboxRoute() {
  const address = process.env["BATON_MAILBOX_URL"];
  if (address === undefined || address === "") notFound();
  const response = await fetch(new URL("/mailbox.json", address), {
    cache: "no-store",
    signal: AbortSignal.timeout(5_000),
  });
  if (!response.ok) throw new Error(`The local mailbox answered ${response.status}.`);
  return <MailboxPage mails={mailboxSchema.parse(await response.json()).mails} />;
}
