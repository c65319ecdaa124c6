import { BatonError } from "../../engine/errors.ts";

/** Headers that say where a request goes or how it is framed are ours: wrong ones smuggle a second request. */
const ours =
  /^(host|content-length|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|forwarded|via|proxy-.*|x-forwarded-.*|x-real-ip)$/;

/** Headers that prove who somebody is, which the next host has no business to see. */
const secret = /^(authorization|cookie|.*(api[-_]?key|token|secret|password|credential|session|signature).*|x-auth.*)$/;

/** The caller's headers in lower case. Throws HTTP_BLOCKED for one that may not be set and HTTP_FAILED for a malformed one. */
export function checkHeaders(headers: Record<string, string>): Record<string, string> {
  const checked: Record<string, string> = {};
  for (const [given, value] of Object.entries(headers)) {
    const name = given.trim().toLowerCase();
    if (ours.test(name)) {
      throw new BatonError("HTTP_BLOCKED", `The header "${given}" is set by Baton itself. Remove it from the request.`);
    }
    if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(name) || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
      throw new BatonError(
        "HTTP_FAILED",
        `The header "${printable(given)}" has characters that HTTP does not allow, such as a line break.`,
        { retryable: false },
      );
    }
    checked[name] = value;
  }
  return checked;
}

/** What may travel on to another host: neither what looks like a secret nor what a credential put there. */
export function withoutSecrets(
  headers: Record<string, string>,
  bound: Record<string, string> = {},
): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !secret.test(name) && !(name in bound)));
}

function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, "?").slice(0, 60);
}
