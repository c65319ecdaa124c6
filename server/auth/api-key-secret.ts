import { createHash, randomBytes } from "node:crypto";

const mark = "baton_";

/** A new key: 256 random bits behind a mark that secret scanners can find. */
export function makeKeySecret(): string {
  return mark + randomBytes(32).toString("base64url");
}

/** What is stored. A plain hash is enough: the key has 256 bits of its own, there is nothing to guess. */
export function hashKeySecret(secret: string): Buffer {
  return createHash("sha256").update(secret, "utf8").digest();
}

export function prefixOf(secret: string): string {
  return secret.slice(0, mark.length + 6);
}
