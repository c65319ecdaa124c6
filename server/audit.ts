import type { JsonObject } from "../engine/json.ts";
import type { Caller } from "./auth/caller.ts";

/** One row of the audit log: who did what to what, from where. */
export interface AuditEntry {
  orgId: string;
  actorKind: "user" | "api_key" | "system" | "link";
  actorId: string | null;
  actorLabel: string;
  action: string;
  targetKind: string;
  targetId: string;
  ip: string | null;
  userAgent: string | null;
  details: JsonObject;
}

/** The audit row of an act by a caller. Stores write it in the same transaction as the act. */
export function auditEntry(
  caller: Caller,
  action: string,
  target: { kind: string; id: string },
  details: JsonObject = {},
): AuditEntry {
  return {
    orgId: caller.orgId,
    actorKind: caller.kind,
    actorId: caller.id,
    actorLabel: caller.label,
    action,
    targetKind: target.kind,
    targetId: target.id,
    ip: caller.ip,
    userAgent: caller.userAgent,
    details,
  };
}
