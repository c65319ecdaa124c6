import { createTransport } from "nodemailer";
import { describe, expect, it } from "vitest";
import { readMail } from "./mail-parts.ts";

/** A mail as the product's own mail library writes it. */
async function written(mail: object): Promise<Buffer> {
  const transport = createTransport({ streamTransport: true, buffer: true });
  const { message } = await transport.sendMail({ from: "a@example.test", to: "b@example.test", ...mail });
  return message as Buffer;
}

describe("readMail", () => {
  it("reads subject, text and HTML, whatever their letters and length", async () => {
    const text = `Grüße, 你好 = ok\n${"long line ".repeat(40)}\n.dot`;
    const html = `<p>Grüße &amp; <a href="http://localhost:3000/reset-password?token_hash=abc&amp;type=recovery">go</a></p>`;
    const subject = "Ein neues Passwort wählen für die wirklich sehr lange Betreffzeile, die umbrochen wird ✓";
    const mail = readMail(await written({ subject, text, html }));
    expect(mail.subject).toBe(subject);
    expect(mail.text.replaceAll("\r\n", "\n").trim()).toBe(text);
    expect(mail.html.trim()).toBe(html);
  });

  it("leaves attachments alone", async () => {
    const mail = readMail(
      await written({ subject: "x", text: "body", attachments: [{ filename: "a.txt", content: "attached" }] }),
    );
    expect(mail.text.trim()).toBe("body");
    expect(mail.html).toBe("");
  });

  it.each(["", "no headers at all", "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x", "\r\n\r\n"])(
    "makes something of a broken mail: %j",
    (raw) => {
      expect(readMail(Buffer.from(raw))).toEqual({ subject: "", text: expect.any(String), html: "" });
    },
  );
});
