import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { createLinkSigner } from "./link-signer.ts";

const secret = "one secret of at least thirty-two characters";
const now = Date.parse("2026-03-01T12:00:00Z");
const claims = { approvalId: randomUUID(), orgId: randomUUID(), expiresAt: now + 60_000 };

test("a token gives back what was signed, until it expires", () => {
  let clock = now;
  const signer = createLinkSigner([secret], () => clock);
  const token = signer.sign(claims);
  expect(token).toMatch(/^[\w-]{100}$/);
  expect(signer.open(token)).toEqual(claims);
  clock = claims.expiresAt - 1;
  expect(signer.open(token)).toEqual(claims);
  clock = claims.expiresAt;
  expect(signer.open(token)).toBeNull();
});

test("no bit of a token can be changed", () => {
  const signer = createLinkSigner([secret], () => now);
  const bytes = Buffer.from(signer.sign(claims), "base64url");
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const copy = Buffer.from(bytes);
    copy[bit >> 3]! ^= 1 << (bit & 7);
    expect(signer.open(copy.toString("base64url"))).toBeNull();
  }
});

test("tokens are opened by the secrets that are still good", () => {
  const old = createLinkSigner([secret], () => now).sign(claims);
  expect(createLinkSigner(["another one, just as long as it must be", secret], () => now).open(old)).toEqual(claims);
  expect(createLinkSigner(["another one, just as long as it must be"], () => now).open(old)).toBeNull();
});

test.each([
  null,
  undefined,
  "",
  [],
  {},
  0,
  "null",
  "a".repeat(100),
  "=".repeat(100),
  "a".repeat(1_000_000),
  ["a".repeat(100)],
])("what is no token opens nothing: %#", (token) => {
  expect(createLinkSigner([secret], () => now).open(token)).toBeNull();
});
