import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { BatonError } from "../../engine/errors.ts";
import type { Vault } from "../../engine/ports/vault.ts";

/** Raised when the derivation changes; rows say which one sealed them. */
const currentVersion = 1;
const nonceBytes = 12;
const tagBytes = 16;

/** AES-256-GCM with a key derived from the deployment's master secret, and a nonce of its own for each row. */
export function createVault(masterSecret: string): Vault {
  const key = Buffer.from(hkdfSync("sha256", masterSecret, "baton", `vault/${currentVersion}`, 32));
  return {
    seal(secret, place) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(place));
      const sealed = Buffer.concat([cipher.update(secret, "utf8"), cipher.final(), cipher.getAuthTag()]);
      return { keyVersion: currentVersion, nonce, sealed };
    },
    open({ keyVersion, nonce, sealed }, place) {
      if (keyVersion !== currentVersion || sealed.length < tagBytes) throw unreadable();
      const tag = sealed.subarray(sealed.length - tagBytes);
      try {
        const decipher = createDecipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(place)).setAuthTag(tag);
        const opened = [decipher.update(sealed.subarray(0, sealed.length - tagBytes)), decipher.final()];
        return Buffer.concat(opened).toString("utf8");
      } catch (cause) {
        throw unreadable(cause);
      }
    },
  };
}

function unreadable(cause?: unknown): BatonError {
  return new BatonError(
    "CREDENTIAL_UNUSABLE",
    "A stored secret cannot be read: it was stored under another BATON_SECRET. Enter it again in Settings, or start with the former BATON_SECRET.",
    { cause },
  );
}
