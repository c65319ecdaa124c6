import { pipeline } from "node:stream";
import type { Readable, Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { BatonError } from "../../engine/errors.ts";

/**
 * Reads an answer as text, unpacked, and stops at `maxBytes` of what comes out: a small packed body can hold gigabytes.
 * Throws HTTP_TOO_LARGE, HTTP_FAILED for a body that does not unpack, and whatever the stream throws.
 */
export async function readBody(
  body: Readable,
  headers: Record<string, string>,
  maxBytes: number,
  host: string,
): Promise<string> {
  const declared = Number(headers["content-length"]);
  if (declared > maxBytes) {
    discard(body);
    throw tooLarge(host, maxBytes);
  }
  const chunks: Buffer[] = [];
  let size = 0;
  const unpacked = unpack(body, headers["content-encoding"] ?? "", host);
  for await (const chunk of unpacked) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size > maxBytes) {
      discard(body);
      throw tooLarge(host, maxBytes);
    }
    chunks.push(bytes);
  }
  return decode(Buffer.concat(chunks), headers["content-type"] ?? "");
}

/** Closes the socket of an answer that nobody will read. */
export function discard(body: Readable): void {
  // Undici reports the cut it was asked for as an error of the stream.
  body.on("error", () => undefined).destroy();
}

function unpack(body: Readable, encoding: string, host: string): Readable {
  const codings = encoding
    .toLowerCase()
    .split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "" && coding !== "identity");
  // Each coding is one more round of expansion; honest servers use one.
  if (codings.length > 2) throw notReadable(host, encoding);
  const steps = codings.toReversed().map((coding) => decompressor(coding) ?? fail(notReadable(host, encoding)));
  return steps.reduce<Readable>((from, to) => pipeline(from, to, () => undefined), body);
}

function decompressor(coding: string): Transform | null {
  if (coding === "gzip" || coding === "x-gzip") return createGunzip();
  if (coding === "deflate") return createInflate();
  return coding === "br" ? createBrotliDecompress() : null;
}

function decode(bytes: Buffer, contentType: string): string {
  const label = /charset="?([\w-]+)"?/i.exec(contentType)?.[1] ?? "utf-8";
  try {
    return new TextDecoder(label).decode(bytes);
  } catch {
    // A charset that nobody knows: UTF-8 shows what can be shown.
    return new TextDecoder().decode(bytes);
  }
}

function tooLarge(host: string, maxBytes: number): BatonError {
  return new BatonError(
    "HTTP_TOO_LARGE",
    `The answer of ${host} is larger than ${maxBytes} bytes. Ask for less (a page, a filter), or raise the node's limit.`,
  );
}

function notReadable(host: string, encoding: string): BatonError {
  return new BatonError(
    "HTTP_FAILED",
    `The answer of ${host} is packed in a way that is not known: ${encoding.slice(0, 60)}.`,
    {
      retryable: false,
    },
  );
}

function fail(error: BatonError): never {
  throw error;
}
