import type { JsonObject } from "../../engine/json.ts";

/** A row of the audit log, as the use cases make it. */
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

/**
 * SQL that writes an audit row for each row of `source`, a CTE of the same statement: the act and its record stand or fall
 * together. Parameter `number` is the entry as JSON text (see auditParameter).
 */
export function auditFrom(source: string, number: number): string {
  return `insert into public.audit_log
      (org_id, actor_kind, actor_id, actor_label, action, target_kind, target_id, ip, user_agent, details)
    select (entry ->> 'orgId')::uuid, entry ->> 'actorKind', (entry ->> 'actorId')::uuid, entry ->> 'actorLabel',
      entry ->> 'action', entry ->> 'targetKind', entry ->> 'targetId', (entry ->> 'ip')::inet,
      left(entry ->> 'userAgent', 512), coalesce(entry -> 'details', '{}')
    from ${source}, (select $${number}::jsonb as entry) as given`;
}

export function auditParameter(entry: AuditEntry): string {
  return JSON.stringify(entry);
}
