import { beforeEach, expect, test } from "vitest";
import { addKey, memory, memoryServices, type Memory } from "../test-services.ts";
import type { Authenticator } from "./authenticate.ts";

const orgId = "00000000-0000-4000-8000-00000000000a";
const other = "00000000-0000-4000-8000-00000000000b";
const user = "00000000-0000-4000-8000-000000000001";

let at: Memory;
let auth: Authenticator;
beforeEach(() => {
  at = memory();
  auth = memoryServices(at).auth;
});

function as(bearer: string, organization?: string) {
  return auth.authenticate({ authorization: `Bearer ${bearer}`, organization, ip: null, userAgent: null });
}

test("a key names its organisation, role and scopes", async () => {
  const secret = addKey(at, orgId, "operator", { scopes: ["runs"] });
  expect(await as(secret)).toMatchObject({
    kind: "api_key",
    orgId,
    role: "operator",
    scopes: ["runs"],
    label: "operator key",
  });
  await expect(as(secret, other)).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("a key's use is noted once a minute, its row read about once a second", async () => {
  const secret = addKey(at, orgId, "viewer");
  for (let request = 0; request < 100; request++) await as(secret);
  expect([at.lookups, at.touched.length]).toEqual([1, 1]);
  at.now += 1_000;
  await as(secret);
  expect([at.lookups, at.touched.length]).toEqual([2, 1]);
  at.now += 60_000;
  await as(secret);
  expect(at.touched.length).toBe(2);
});

test("an end that has come or a revocation is seen within a second, or at once when told", async () => {
  const brief = addKey(at, orgId, "viewer", { expiresAt: new Date(at.now + 100).toISOString() });
  await as(brief);
  at.now += 100;
  await expect(as(brief)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });

  const secret = addKey(at, orgId, "viewer");
  await as(secret);
  for (const key of at.keys.values()) key.revokedAt = "2026-01-01T00:00:00Z";
  const held = at.keys;
  at.keys = new Map([...held].map(([hash, key]) => [hash, { ...key }]));
  auth.forgetKeys();
  await expect(as(secret)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
});

test("a user is a member of the organisation that is meant, or of the first", async () => {
  const token = `eyJ.${user}.${at.now + 60_000}`;
  await expect(as(token)).rejects.toMatchObject({ code: "FORBIDDEN" });
  // A first organisation counts at once.
  at.members.set(user, [
    { orgId, orgName: "A", role: "viewer" },
    { orgId: other, orgName: "B", role: "owner" },
  ]);
  expect(await as(token)).toMatchObject({ kind: "user", id: user, orgId, role: "viewer" });
  expect(await as(token, other)).toMatchObject({ orgId: other, role: "owner" });
  for (const wrong of ["x", "00000000-0000-4000-8000-00000000000c", ""]) {
    await expect(as(token, wrong)).rejects.toMatchObject({ code: "NOT_FOUND" });
  }
  at.members.delete(user);
  at.now += 1_000;
  await expect(as(token)).rejects.toMatchObject({ code: "FORBIDDEN" });
  at.now += 60_000;
  await expect(as(token)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
});

test.each([undefined, "", "Bearer", "Bearer ", "Basic eDp5", "Bearer a b", `Bearer ${"x".repeat(9_000)}`, "baton_x"])(
  "no credentials in %j",
  async (authorization) => {
    const refused = auth.authenticate({ authorization, organization: undefined, ip: null, userAgent: null });
    await expect(refused).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    expect(at.lookups).toBe(0);
  },
);
