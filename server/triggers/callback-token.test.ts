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
