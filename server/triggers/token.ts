import { createHash, randomBytes } from "node:crypto";
import type { Sealed } from "../../engine/ports/vault.ts";

export const tokenForm = /^bt_[\w-]{43}$/;

/** An address: 256 random bits behind a mark that secret scanners can find. */
export function makeToken(): { token: string; hash: Uint8Array; hint: string } {
  const token = `bt_${randomBytes(32).toString("base64url")}`;
  return { token, hash: hashToken(token), hint: token.slice(0, 9) };
}

/** What is stored. A plain hash is enough: the token has 256 bits of its own, there is nothing to guess. */
export function hashToken(token: string): Buffer {
  return createHash("sha256").update(token, "utf8").digest();
}

/** A signing secret in the form of the Standard Webhooks specification. */
export function makeSigningSecret(): string {
  return `whsec_${randomBytes(32).toString("base64")}`;
}

/** A sealed secret as one text, for a column. */
export function sealedText({ keyVersion, nonce, sealed }: Sealed): string {
  return [keyVersion, Buffer.from(nonce).toString("base64url"), Buffer.from(sealed).toString("base64url")].join(".");
}

export function sealedOf(text: string): Sealed {
  const [version = "", nonce = "", sealed = ""] = text.split(".");
  return {
    keyVersion: Number(version),
    nonce: Buffer.from(nonce, "base64url"),
    sealed: Buffer.from(sealed, "base64url"),
  };
}

/** What a trigger's secret is sealed for. */
export function sealPlace(triggerId: string): string {
  return `trigger:${triggerId}`;
}
