import { expect, test } from "vitest";
import type { Assignee } from "../../contracts/api/approval.ts";
import { roles } from "../../contracts/api/common.ts";
import { callerOf } from "../test-services.ts";
import { mayDecide, requireAuthority } from "./authority.ts";

const groups = [{ id: "00000000-0000-4000-8000-000000000009", name: "Legal" }];
const members = { groupsOf: async () => groups };

async function who(assignee: Assignee): Promise<string[]> {
  const may = await Promise.all(
    roles.map((role) => mayDecide({ groupsOf: async () => [] }, callerOf(role), { assignee })),
  );
  return roles.filter((_, index) => may[index] === true);
}

test("owners and admins always decide, viewers never, others when they are asked", async () => {
  expect(await who({ kind: "anyone", id: null })).toEqual(["owner", "admin", "builder", "operator", "approver"]);
  expect(await who({ kind: "role", id: "approver" })).toEqual(["owner", "admin", "approver"]);
  expect(await who({ kind: "role", id: "viewer" })).toEqual(["owner", "admin"]);
  expect(await who({ kind: "role", id: null })).toEqual(["owner", "admin"]);
  expect(await who({ kind: "user", id: "builder@TEST.local" })).toEqual(["owner", "admin", "builder"]);
  expect(await who({ kind: "group", id: "legal" })).toEqual(["owner", "admin"]);
});

test("a group is named by id or by name", async () => {
  const caller = callerOf("approver");
  for (const id of ["legal", "Legal", groups[0]!.id]) {
    expect(await mayDecide(members, caller, { assignee: { kind: "group", id } })).toBe(true);
  }
  expect(await mayDecide(members, caller, { assignee: { kind: "group", id: null } })).toBe(false);
});

test("a key has its role and scopes, and is nobody in particular", async () => {
  const key = callerOf("approver", { kind: "api_key", email: null });
  expect(await mayDecide(members, key, { assignee: { kind: "group", id: "legal" } })).toBe(false);
  expect(await mayDecide(members, key, { assignee: { kind: "user", id: key.id } })).toBe(false);
  expect(await mayDecide(members, key, { assignee: { kind: "role", id: "approver" } })).toBe(true);
  const reader = callerOf("owner", { kind: "api_key", scopes: ["read"] });
  await expect(requireAuthority(members, reader, { assignee: { kind: "user", id: "x" } })).rejects.toMatchObject({
    code: "FORBIDDEN",
    message: expect.stringContaining("the user x"),
  });
});
