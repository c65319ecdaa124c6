import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { callbackify } from "node:util";
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from "smtp-server";
import { z } from "zod";
import type { Log } from "./log.ts";
import { readMail } from "./mail-parts.ts";

const mailSchema = z.object({
  id: z.string(),
  from: z.string(),
  to: z.array(z.string()),
  subject: z.string(),
  text: z.string(),
  html: z.string(),
  receivedAt: z.iso.datetime(),
});

/** One mail that the product sent, as the local mailbox keeps and shows it. Newest first in lists. */
export type Mail = z.infer<typeof mailSchema>;

export interface Mailbox {
  port: number;
  list(): Promise<Mail[]>;
  read(id: string): Promise<Mail | null>;
  close(): Promise<void>;
}

const maxMailBytes = 5 * 1024 * 1024;
const keptMails = 500;

/** Takes every mail that is sent to this port of the loopback interface, delivers none, and keeps each as a file. */
export async function openMailbox(folder: string, port: number, log: Log): Promise<Mailbox> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS"],
    authOptional: true,
    // Whoever has a password in SMTP_URL may use it; on loopback there is nobody to keep out.
    onAuth: (_auth, _session, done) => done(null, { user: "local" }),
    size: maxMailBytes,
    logger: false,
    onData: callbackify(async (stream: SMTPServerDataStream, session: SMTPServerSession) => {
      try {
        const mail = await receive(stream, session, folder);
        log.info({ to: mail.to, subject: mail.subject }, "a mail came in");
      } catch (error) {
        log.error({ err: error }, "a mail could not be kept");
        throw error;
      }
    }),
  });
  server.on("error", (error) => log.error({ err: error }, "the mail port failed"));
  await new Promise<void>((resolve, reject) => {
    server.server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.server.address();
  return {
    port: address !== null && typeof address === "object" ? address.port : port,
    list: () => listMails(folder),
    read: async (id) =>
      /^[\w-]+$/.test(id) ? ((await listMails(folder)).find((mail) => mail.id === id) ?? null) : null,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function receive(stream: SMTPServerDataStream, session: SMTPServerSession, folder: string): Promise<Mail> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    // The rest is still read, so that the sender hears our answer; it is not kept.
    if (size <= maxMailBytes) chunks.push(chunk);
  }
  if (size > maxMailBytes) throw new Error(`The mail is larger than ${maxMailBytes / 1024 / 1024} MB.`);
  const receivedAt = new Date().toISOString();
  const mail: Mail = {
    // Names that sort by time, so that the newest are found without opening all.
    id: `${receivedAt.replaceAll(/\D/g, "")}-${randomUUID().slice(0, 8)}`,
    from: session.envelope.mailFrom === false ? "" : session.envelope.mailFrom.address,
    to: session.envelope.rcptTo.map(({ address }) => address),
    ...readMail(Buffer.concat(chunks)),
    receivedAt,
  };
  const path = join(folder, `${mail.id}.json`);
  await writeFile(`${path}.new`, JSON.stringify(mail), { mode: 0o600 });
  await rename(`${path}.new`, path);
  await dropOldest(folder);
  return mail;
}

async function mailFiles(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith(".json")).toSorted();
}

async function dropOldest(folder: string): Promise<void> {
  const files = await mailFiles(folder);
  for (const name of files.slice(0, Math.max(0, files.length - keptMails)))
    await rm(join(folder, name), { force: true });
}

async function listMails(folder: string): Promise<Mail[]> {
  const files = await mailFiles(folder);
  const mails = await Promise.all(files.toReversed().map((name) => readFile(join(folder, name), "utf8")));
  return mails.map((text) => mailSchema.parse(JSON.parse(text)));
}
