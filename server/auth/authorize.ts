import { BatonError } from "../../engine/errors.ts";
import type { Role } from "../../contracts/api/common.ts";
import type { Scope } from "../../contracts/api/api-key.ts";
import type { Caller } from "./caller.ts";

const everyone = ["owner", "admin", "builder", "operator", "approver", "viewer"] as const satisfies Role[];
const runners = ["owner", "admin", "builder", "operator"] as const satisfies Role[];
const builders = ["owner", "admin", "builder"] as const satisfies Role[];
const keepers = ["owner", "admin"] as const satisfies Role[];
const deciders = ["owner", "admin", "builder", "operator", "approver"] as const satisfies Role[];

/**
 * The one table of rights: which roles may do what, and which scope of an API key covers it. Every route names its
 * action; a test walks the API's description and fails for a route without a row here.
 * Deciding an approval also needs to be asked: server/approvals/authority.ts.
 */
export const rights = {
  "workflow:read": { roles: everyone, scope: "read" },
  "workflow:write": { roles: builders, scope: "workflows" },
  "workflow:publish": { roles: builders, scope: "workflows" },
  "run:read": { roles: everyone, scope: "read" },
  "run:start": { roles: runners, scope: "runs" },
  "run:control": { roles: runners, scope: "runs" },
  "approval:read": { roles: everyone, scope: "read" },
  "approval:decide": { roles: deciders, scope: "approvals" },
  "approval:link": { roles: deciders, scope: "approvals" },
  "api-key:read": { roles: keepers, scope: "api-keys" },
  "api-key:write": { roles: keepers, scope: "api-keys" },
  "credential:read": { roles: builders, scope: "workflows" },
  "credential:write": { roles: keepers, scope: "settings" },
  // Whoever is a member may cease to be one; keys are refused by the use case.
  "organization:leave": { roles: everyone, scope: "settings" },
  "invitation:read": { roles: keepers, scope: "settings" },
  "invitation:write": { roles: keepers, scope: "settings" },
  "model-provider:read": { roles: builders, scope: "workflows" },
  "model-provider:write": { roles: keepers, scope: "settings" },
  "agent:read": { roles: everyone, scope: "read" },
  "agent:write": { roles: builders, scope: "workflows" },
  "limit:read": { roles: everyone, scope: "read" },
  "limit:write": { roles: keepers, scope: "settings" },
  "breaker:read": { roles: everyone, scope: "read" },
  "trigger:read": { roles: everyone, scope: "read" },
  "trigger:write": { roles: builders, scope: "workflows" },
  "event:read": { roles: everyone, scope: "read" },
  "event:publish": { roles: runners, scope: "runs" },
  "event-type:write": { roles: builders, scope: "workflows" },
  "template:read": { roles: everyone, scope: "read" },
  "template:write": { roles: builders, scope: "workflows" },
  "template:use": { roles: builders, scope: "workflows" },
} as const satisfies Record<string, { roles: readonly Role[]; scope: Scope }>;

export type Action = keyof typeof rights;

/** True when the caller's role, and the key's scopes if there are any, allow the action. */
export function mayDo(caller: Pick<Caller, "role" | "scopes">, action: Action): boolean {
  const right: { roles: readonly Role[]; scope: Scope } = rights[action];
  if (!right.roles.includes(caller.role)) return false;
  return caller.scopes.length === 0 || caller.scopes.includes(right.scope);
}

/** @throws BatonError FORBIDDEN naming what is missing and who can give it */
export function authorize(caller: Caller, action: Action): void {
  if (mayDo(caller, action)) return;
  const right: { roles: readonly Role[]; scope: Scope } = rights[action];
  if (right.roles.includes(caller.role)) {
    throw new BatonError("FORBIDDEN", `This API key lacks the scope "${right.scope}". Create a key that has it.`);
  }
  throw new BatonError(
    "FORBIDDEN",
    `The role ${caller.role} may not do this (${action}); it takes ${right.roles.join(", ")}. An owner or admin can change your role in Settings.`,
  );
}

const rank: readonly Role[] = ["viewer", "approver", "operator", "builder", "admin", "owner"];

/** True when nobody could gain a right by acting as `given` instead of as `own`. */
export function coversRole(own: Role, given: Role): boolean {
  return rank.indexOf(own) >= rank.indexOf(given);
}
