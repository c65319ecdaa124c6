/** What a mailbox page shows of one mail. */
export interface MailContent {
  subject: string;
  text: string;
  html: string;
}

interface Part {
  headers: Map<string, string>;
  body: Buffer;
}

/**
 * Reads the subject and the first plain-text and HTML parts out of a raw mail. It understands what mail programs send
 * us (nested multiparts, base64, quoted-printable, encoded words); attachments are left alone.
 */
export function readMail(raw: Buffer): MailContent {
  const mail = splitPart(raw);
  const content: MailContent = { subject: decodeWords(mail.headers.get("subject") ?? ""), text: "", html: "" };
  collect(mail, content, 0);
  return content;
}

function collect(part: Part, content: MailContent, depth: number): void {
  const type = part.headers.get("content-type") ?? "text/plain";
  const boundary = /boundary="?([^";]+)"?/i.exec(type)?.[1];
  // Ten levels are more than any honest mail has.
  if (/^multipart\//i.test(type) && boundary !== undefined && depth < 10) {
    for (const inner of splitMultipart(part.body, boundary)) collect(inner, content, depth + 1);
    return;
  }
  if (/attachment/i.test(part.headers.get("content-disposition") ?? "")) return;
  if (content.html === "" && /^text\/html/i.test(type)) content.html = decodeBody(part);
  else if (content.text === "" && /^text\/plain/i.test(type)) content.text = decodeBody(part);
}

function splitPart(raw: Buffer): Part {
  const text = raw.toString("latin1");
  const end = /\r?\n\r?\n/.exec(text);
  const head = end === null ? text : text.slice(0, end.index);
  const body = end === null ? Buffer.alloc(0) : raw.subarray(end.index + end[0].length);
  const headers = new Map<string, string>();
  // A line that begins with white space continues the one before.
  for (const line of head.replaceAll(/\r?\n[ \t]+/g, " ").split(/\r?\n/)) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return { headers, body };
}

function splitMultipart(body: Buffer, boundary: string): Part[] {
  const pieces = body.toString("latin1").split(`--${boundary}`);
  return pieces
    .slice(1)
    .filter((piece) => !piece.startsWith("--"))
    .map((piece) => splitPart(Buffer.from(piece.replace(/^\r?\n/, "").replace(/\r?\n$/, ""), "latin1")));
}

function decodeBody(part: Part): string {
  const charset = /charset="?([\w-]+)"?/i.exec(part.headers.get("content-type") ?? "")?.[1] ?? "utf-8";
  return decodeText(decodeTransfer(part.body, part.headers.get("content-transfer-encoding") ?? ""), charset);
}

function decodeTransfer(body: Buffer, encoding: string): Buffer {
  if (/base64/i.test(encoding)) return Buffer.from(body.toString("latin1"), "base64");
  if (/quoted-printable/i.test(encoding)) return unquote(body.toString("latin1").replaceAll(/=\r?\n/g, ""));
  return body;
}

function unquote(text: string): Buffer {
  const bytes = text.replaceAll(/=([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, "latin1");
}

function decodeText(bytes: Buffer, charset: string): string {
  const known = ["utf-8", "utf8", "us-ascii", "iso-8859-1", "windows-1252"].includes(charset.toLowerCase());
  return new TextDecoder(known ? charset.toLowerCase() : "utf-8").decode(bytes);
}

/** `=?UTF-8?B?…?=` in headers. White space between two such words is not part of the text. */
function decodeWords(header: string): string {
  return header
    .replaceAll(/\?=\s+=\?/g, "?==?")
    .replaceAll(/=\?([\w-]+)\?([BbQq])\?([^?]*)\?=/g, (_, charset: string, kind: string, text: string) => {
      const bytes = kind.toUpperCase() === "B" ? Buffer.from(text, "base64") : unquote(text.replaceAll("_", " "));
      return decodeText(bytes, charset);
    });
}
