import type { AddressInfo } from "node:net";
import { pino } from "pino";
import { SMTPServer } from "smtp-server";
import { afterEach, describe, expect, test } from "vitest";
import { createMailer } from "./mailer.ts";
import type { Mailer } from "./mailer.ts";

const open: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

interface Received {
  to: string[];
  raw: string;
}

async function mailbox(refuse?: { code: number }): Promise<{ mailer: Mailer; received: Received[] }> {
  const received: Received[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onRcptTo(_address, _session, done) {
      done(refuse === undefined ? null : Object.assign(new Error("no"), { responseCode: refuse.code }));
    },
    onData(stream, session, done) {
      let raw = "";
      stream.on("data", (chunk: Buffer) => (raw += chunk.toString()));
      stream.on("end", () => {
        received.push({ to: session.envelope.rcptTo.map(({ address }) => address), raw });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.server.address() as AddressInfo;
  const mailer = createMailer({
    smtpUrl: `smtp://127.0.0.1:${port}`,
    from: "Baton <baton@example.com>",
    log: pino({ level: "silent" }),
  });
  open.push(
    () => new Promise((resolve) => server.close(resolve)),
    () => mailer.close(),
  );
  return { mailer, received };
}

const mail = { to: "ada@example.com", subject: "Freigabe für „Vertrag“", text: "Bitte prüfen." };

describe("mailer", () => {
  test("sends text and HTML to one address", async () => {
    const { mailer, received } = await mailbox();
    await mailer.send({ ...mail, html: "<p>Bitte <b>prüfen</b>.</p>" });
    expect(received).toHaveLength(1);
    expect(received[0]!.to).toEqual(["ada@example.com"]);
    expect(received[0]!.raw).toContain("From: Baton <baton@example.com>");
    expect(received[0]!.raw).toContain("multipart/alternative");
  });

  test.each([
    [{ subject: "Hi\r\nBcc: eve@example.com" }, "subject"],
    [{ subject: "Hi\u2028Bcc: eve@example.com" }, "subject"],
    [{ subject: "" }, "subject"],
    [{ to: "ada@example.com, eve@example.com" }, "to"],
    [{ to: "ada@example.com\r\nBcc: eve@example.com" }, "to"],
    [{ to: "<ada@example.com> SIZE=1\nRCPT TO:<eve@example.com>" }, "to"],
    [{ to: "nobody" }, "to"],
  ])("%j is refused before anything is sent", async (change, field) => {
    const { mailer, received } = await mailbox();
    await expect(mailer.send({ ...mail, ...change })).rejects.toMatchObject({
      code: "INPUT_INVALID",
      message: expect.stringContaining(`"${field}"`),
    });
    expect(received).toEqual([]);
  });

  test("a text that looks like SMTP or a header stays text", async () => {
    const { mailer, received } = await mailbox();
    await mailer.send({ ...mail, text: "one\r\n.\r\nMAIL FROM:<eve@example.com>\r\nBcc: eve@example.com" });
    expect(received).toHaveLength(1);
    expect(received[0]!.to).toEqual(["ada@example.com"]);
  });

  test("a refusal is final, a busy or absent server is not, and no password is told", async () => {
    const refusing = await mailbox({ code: 550 });
    await expect(refusing.mailer.send(mail)).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE", retryable: false });
    const busy = await mailbox({ code: 451 });
    await expect(busy.mailer.send(mail)).rejects.toMatchObject({ retryable: true });
    const absent = createMailer({
      smtpUrl: "smtp://user:hunter2@127.0.0.1:1",
      from: "b@example.com",
      log: pino({ level: "silent" }),
    });
    open.push(() => absent.close());
    const failure = await absent.send(mail).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "SERVICE_UNAVAILABLE", retryable: true });
    expect((failure as Error).message).not.toContain("hunter2");
  });
});
