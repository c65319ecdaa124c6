import { expect, test } from "vitest";
import { createCallbackSigner } from "./callback-token.ts";

const signer = createCallbackSigner("a master secret of thirty-two characters");
const target = { runId: "00000000-0000-4000-8000-00000000000a", step: "each.3.wait" };

test("an address opens as what it was signed for, and nothing else opens", () => {
  const token = signer.sign(target);
  expect(token).toMatch(/^[\w.-]+$/);
  expect(signer.open(token)).toEqual(target);
  const [claims, signature] = token.split(".");
  const other = Buffer.from(JSON.stringify([target.runId, "pay"])).toString("base64url");
  for (const forged of [
    "",
    ".",
    "x",
    `${claims}.`,
    `${other}.${signature}`,
    `${token}.x`,
    `${claims}.${signature!.slice(1)}`,
  ]) {
    expect(signer.open(forged), forged).toBeNull();
  }
  expect(createCallbackSigner("another secret of thirty-two characters").open(token)).toBeNull();
});

test("the key of a run's marks is its own, and another deployment's is another", () => {
  const key = signer.markKey(target.runId);
  expect(key).toMatch(/^[\w-]{22}$/);
  expect(signer.markKey(target.runId)).toBe(key);
  expect(signer.markKey(crypto.randomUUID())).not.toBe(key);
  expect(createCallbackSigner("another secret of thirty-two characters").markKey(target.runId)).not.toBe(key);
});
