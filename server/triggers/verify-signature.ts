import { createHmac, timingSafeEqual } from "node:crypto";
import type { WebhookConfig } from "../../contracts/api/trigger.ts";

/** How old, or how far in the future, a signed moment may be. */
const toleranceSeconds = 300;

export interface SignedRequest {
  header: (name: string) => string | undefined;
  /** The body as it came: parsed and written again it would no longer fit its signature. */
  body: Uint8Array;
  /** Epoch ms. */
  now: number;
}

/**
 * Checks a request's signature with each secret that is good at the moment. Null when it holds, else why not, in words for who
 * set the sender up. Secrets and expected signatures are never part of the words.
 */
export function signatureFault(
  scheme: WebhookConfig["signature"],
  secrets: readonly string[],
  request: SignedRequest,
): string | null {
  switch (scheme) {
    case "none":
      return null;
    case "standard":
      return standardFault(secrets, request);
    case "stripe":
      return stripeFault(secrets, request);
    case "github":
      return githubFault(secrets, request);
  }
}

/** standardwebhooks.com: base64 HMAC over `id.timestamp.body`; several signatures, divided by spaces, where keys rotate. */
function standardFault(secrets: readonly string[], { header, body, now }: SignedRequest): string | null {
  const [id, timestamp, signature] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map(header);
  if (id === undefined || timestamp === undefined || signature === undefined) {
    return "the headers webhook-id, webhook-timestamp and webhook-signature are needed";
  }
  const late = momentFault(timestamp, now);
  if (late !== null) return late;
  const given = signature.split(" ").flatMap((part) => (part.startsWith("v1,") ? [part.slice(3)] : []));
  const content = Buffer.concat([Buffer.from(`${id}.${timestamp}.`, "utf8"), body]);
  return secrets.some((secret) => matches(given, hmac(standardKey(secret), content, "base64"))) ? null : misfit;
}

const misfit = "the signature does not fit the body and the secret";

/** The part after `whsec_` is the key in base64; another secret is the key itself. */
function standardKey(secret: string): Buffer {
  return secret.startsWith("whsec_")
    ? Buffer.from(secret.slice("whsec_".length), "base64")
    : Buffer.from(secret, "utf8");
}

/** Stripe: `Stripe-Signature: t=…,v1=…`, hex HMAC over `timestamp.body`. */
function stripeFault(secrets: readonly string[], { header, body, now }: SignedRequest): string | null {
  const signature = header("stripe-signature");
  if (signature === undefined) return "the header Stripe-Signature is needed";
  const parts = signature.split(",").map((part) => part.trim().split("=", 2));
  const timestamp = parts.find(([name]) => name === "t")?.[1] ?? "";
  const late = momentFault(timestamp, now);
  if (late !== null) return late;
  const given = parts.flatMap(([name, value]) => (name === "v1" && value !== undefined ? [value] : []));
  const content = Buffer.concat([Buffer.from(`${timestamp}.`, "utf8"), body]);
  return secrets.some((secret) => matches(given, hmac(Buffer.from(secret, "utf8"), content, "hex"))) ? null : misfit;
}

/** GitHub: `X-Hub-Signature-256: sha256=…` over the body. It signs no moment, so only its delivery id tells a repeat. */
function githubFault(secrets: readonly string[], { header, body }: SignedRequest): string | null {
  const signature = header("x-hub-signature-256");
  if (signature === undefined) return "the header X-Hub-Signature-256 is needed";
  const given = signature.startsWith("sha256=") ? [signature.slice("sha256=".length)] : [];
  return secrets.some((secret) => matches(given, hmac(Buffer.from(secret, "utf8"), body, "hex"))) ? null : misfit;
}

function momentFault(seconds: string, now: number): string | null {
  if (!/^\d{1,12}$/.test(seconds)) return "the signature's timestamp must be whole seconds since 1970";
  const off = now / 1_000 - Number(seconds);
  if (off > toleranceSeconds) return "the signature is older than five minutes";
  if (off < -toleranceSeconds) return "the signature's timestamp lies in the future; check the sender's clock";
  return null;
}

function hmac(key: Buffer, content: Uint8Array, encoding: "base64" | "hex"): string {
  return createHmac("sha256", key).update(content).digest(encoding);
}

/** Takes the same time wherever they differ. */
function matches(given: string[], expected: string): boolean {
  const wanted = Buffer.from(expected, "utf8");
  // Every one is compared, at most ten: how long it takes tells nothing of which one fits.
  return given.slice(0, 10).reduce((found, one) => {
    const bytes = Buffer.from(one, "utf8");
    return (bytes.length === wanted.length && timingSafeEqual(bytes, wanted)) || found;
  }, false);
}
