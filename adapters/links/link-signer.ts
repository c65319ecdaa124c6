import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import type { LinkSigner } from "../../engine/ports/link-signer.ts";

/** version 1 byte, key id 4, approval 16, organisation 16, expiry in seconds 6 */
const payloadBytes = 43;
const signatureBytes = 32;
const version = 1;
const tokenForm = /^[\w-]{100}$/;

interface Key {
  id: Buffer;
  secret: Buffer;
}

/**
 * Signs approval links with keys derived from the master secret. The first secret signs; the others still open what they
 * signed, so that the master secret can be changed while links are out.
 */
export function createLinkSigner(secrets: readonly [string, ...string[]], now: () => number): LinkSigner {
  const keys = secrets.map(deriveKey);
  const current = keys[0];
  if (current === undefined) throw new RangeError("createLinkSigner needs a secret.");

  return {
    sign(claims) {
      const payload = Buffer.alloc(payloadBytes);
      payload.writeUInt8(version, 0);
      current.id.copy(payload, 1);
      uuidBytes(claims.approvalId).copy(payload, 5);
      uuidBytes(claims.orgId).copy(payload, 21);
      payload.writeUIntBE(Math.ceil(claims.expiresAt / 1_000), 37, 6);
      return Buffer.concat([payload, signatureOf(current, payload)]).toString("base64url");
    },
    open(token) {
      if (typeof token !== "string" || !tokenForm.test(token)) return null;
      const bytes = Buffer.from(token, "base64url");
      // One text for one token: base64 with stray bits at its end would be another name of the same link.
      if (bytes.length !== payloadBytes + signatureBytes || bytes.toString("base64url") !== token) return null;
      const payload = bytes.subarray(0, payloadBytes);
      const key = keys.find((one) => one.id.equals(payload.subarray(1, 5))) ?? current;
      if (!timingSafeEqual(signatureOf(key, payload), bytes.subarray(payloadBytes))) return null;
      const expiresAt = payload.readUIntBE(37, 6) * 1_000;
      if (payload.readUInt8(0) !== version || expiresAt <= now()) return null;
      return { approvalId: uuidText(payload.subarray(5, 21)), orgId: uuidText(payload.subarray(21, 37)), expiresAt };
    },
  };
}

function deriveKey(secret: string): Key {
  const derived = Buffer.from(hkdfSync("sha256", secret, "baton", "approval-links/1", 36));
  return { id: derived.subarray(0, 4), secret: derived.subarray(4) };
}

function signatureOf(key: Key, payload: Buffer): Buffer {
  return createHmac("sha256", key.secret).update(payload).digest();
}

function uuidBytes(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll("-", ""), "hex");
}

function uuidText(bytes: Buffer): string {
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
