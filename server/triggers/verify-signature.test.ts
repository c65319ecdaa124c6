import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { signatureFault, type SignedRequest } from "./verify-signature.ts";

const now = Date.parse("2026-03-01T12:00:00Z");
const seconds = String(now / 1_000);
const body = Buffer.from('{"amount": 12.50, "name": "ünïcode"}', "utf8");
const key = Buffer.alloc(32, 7);
const secret = `whsec_${key.toString("base64")}`;

function request(headers: Record<string, string>, more: Partial<SignedRequest> = {}): SignedRequest {
  return { header: (name) => headers[name], body, now, ...more };
}

function standard(at = seconds, over: Uint8Array = body, withKey: Uint8Array = key): Record<string, string> {
  const signed = createHmac("sha256", withKey)
    .update(Buffer.concat([Buffer.from(`msg_1.${at}.`), over]))
    .digest("base64");
  return { "webhook-id": "msg_1", "webhook-timestamp": at, "webhook-signature": `v1,${signed}` };
}

describe("Standard Webhooks", () => {
  test("lets in what was signed with a secret that is good", () => {
    expect(signatureFault("standard", [secret], request(standard()))).toBeNull();
    expect(signatureFault("standard", ["whsec_bmV3", secret], request(standard()))).toBeNull();
    const two = standard();
    two["webhook-signature"] = `v1a,xyz v1,AAAA ${two["webhook-signature"]}`;
    expect(signatureFault("standard", [secret], request(two))).toBeNull();
  });

  test("the published example of the specification holds", () => {
    const example = {
      "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    };
    const given = request(example, { body: Buffer.from('{"test": 2432232314}'), now: 1_614_265_330_000 });
    expect(signatureFault("standard", ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], given)).toBeNull();
  });

  test("refuses another secret, another body, another id, and no secret at all", () => {
    const fits = /does not fit/;
    expect(signatureFault("standard", ["whsec_b3RoZXI="], request(standard()))).toMatch(fits);
    expect(signatureFault("standard", [], request(standard()))).toMatch(fits);
    expect(signatureFault("standard", [secret], request({ ...standard(), "webhook-id": "msg_2" }))).toMatch(fits);
    const spaced = Buffer.from(JSON.stringify(JSON.parse(body.toString())));
    expect(signatureFault("standard", [secret], request(standard(), { body: spaced }))).toMatch(fits);
    expect(signatureFault("standard", [secret], request({ ...standard(), "webhook-signature": "v1," }))).toMatch(fits);
    expect(signatureFault("standard", [secret], request({}))).toMatch(/are needed/);
  });

  test("refuses a signature that is old, or of the future", () => {
    const at = (offset: number): string => String(now / 1_000 + offset);
    for (const good of [-300, 0, 300]) {
      expect(signatureFault("standard", [secret], request(standard(at(good)))), `${good}`).toBeNull();
    }
    expect(signatureFault("standard", [secret], request(standard(at(-301))))).toMatch(/older than five minutes/);
    expect(signatureFault("standard", [secret], request(standard(at(301))))).toMatch(/future/);
    for (const odd of ["", "1e9", "-5", "NaN", "0x10"]) {
      expect(signatureFault("standard", [secret], request(standard(odd))), odd).toMatch(/whole seconds/);
    }
  });
});

test("Stripe's scheme", () => {
  const sign = (at: string): string =>
    createHmac("sha256", "a stripe secret")
      .update(Buffer.concat([Buffer.from(`${at}.`), body]))
      .digest("hex");
  const good = { "stripe-signature": `t=${seconds},v0=old,v1=${sign(seconds)}` };
  expect(signatureFault("stripe", ["a stripe secret"], request(good))).toBeNull();
  expect(signatureFault("stripe", ["another secret"], request(good))).toMatch(/does not fit/);
  const old = String(now / 1_000 - 400);
  const late = { "stripe-signature": `t=${old},v1=${sign(old)}` };
  expect(signatureFault("stripe", ["a stripe secret"], request(late))).toMatch(/older/);
  // The moment is signed: it cannot be renewed.
  const renewed = { "stripe-signature": `t=${seconds},v1=${sign(old)}` };
  expect(signatureFault("stripe", ["a stripe secret"], request(renewed))).toMatch(/does not fit/);
  expect(signatureFault("stripe", ["a stripe secret"], request({}))).toMatch(/is needed/);
});

test("GitHub's scheme, by its published example", () => {
  const given = request(
    { "x-hub-signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17" },
    { body: Buffer.from("Hello, World!") },
  );
  expect(signatureFault("github", ["It's a Secret to Everybody"], given)).toBeNull();
  expect(signatureFault("github", ["It's no secret"], given)).toMatch(/does not fit/);
  expect(signatureFault("github", ["It's a Secret to Everybody"], { ...given, body })).toMatch(/does not fit/);
});
