import type { Json } from "../../engine/json.ts";
import type { AuditEntry } from "../audit.ts";

export interface TemplateRow {
  id: string;
  name: string;
  description: string;
  category: string;
  definition: Json;
  sampleInput: Json;
}

/** Templates of organisations. Every method is bound to one: another one's ids find nothing. */
export interface TemplateStore {
  /** The newest first. */
  list(orgId: string): Promise<TemplateRow[]>;
  get(orgId: string, id: string): Promise<TemplateRow | null>;
  insert(template: TemplateRow & { orgId: string; by: string | null }, audit: AuditEntry): Promise<void>;
  /** False when there is none of that id. */
  remove(orgId: string, id: string, audit: AuditEntry): Promise<boolean>;
}
