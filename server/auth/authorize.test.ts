import { expect, test } from "vitest";
import { roles } from "../../contracts/api/common.ts";
import { callerOf } from "../test-services.ts";
import { authorize, coversRole, mayDo, rights, type Action } from "./authorize.ts";

const actions = Object.keys(rights) as Action[];

test("rights grow with the role, except that nobody but deciders decides", () => {
  const of = (role: (typeof roles)[number]): Action[] =>
    actions.filter((action) => mayDo({ role, scopes: [] }, action));
  expect(of("owner")).toEqual(actions);
  for (const [place, role] of roles.slice(1).entries())
    expect(of(roles[place]!)).toEqual(expect.arrayContaining(of(role)));
  const first = (role: (typeof roles)[number], below: (typeof roles)[number]): Action[] =>
    of(role).filter((action) => !of(below).includes(action));
  expect(first("approver", "viewer")).toEqual(["approval:decide", "approval:link"]);
  expect(first("operator", "approver")).toEqual(["run:start", "run:control", "event:publish"]);
  expect(of("viewer").filter((action) => !action.endsWith(":read"))).toEqual(["organization:leave"]);
});

test("a scope narrows a role and never widens it", () => {
  for (const action of actions) {
    expect(mayDo({ role: "owner", scopes: [rights[action].scope] }, action)).toBe(true);
    const others = (["read", "workflows", "runs", "approvals", "api-keys"] as const).filter(
      (scope) => scope !== rights[action].scope,
    );
    expect(mayDo({ role: "owner", scopes: others }, action)).toBe(false);
  }
  expect(mayDo({ role: "viewer", scopes: ["runs"] }, "run:start")).toBe(false);
});

test("a refusal says what is missing", () => {
  expect(() => authorize(callerOf("viewer"), "run:start")).toThrow(/role viewer.*owner, admin, builder, operator/);
  expect(() => authorize(callerOf("owner", { scopes: ["read"] }), "run:start")).toThrow(/scope "runs"/);
});

test("nobody hands out more than they have", () => {
  expect(coversRole("admin", "owner")).toBe(false);
  expect(coversRole("admin", "admin")).toBe(true);
  expect(coversRole("owner", "viewer")).toBe(true);
  expect(coversRole("viewer", "approver")).toBe(false);
});
