import type { ApiKey, Scope } from "../../contracts/api/api-key.ts";
import type { Role } from "../../contracts/api/common.ts";
import type { AuditEntry } from "../audit.ts";

export interface ApiKeyStore {
  list(orgId: string): Promise<ApiKey[]>;
  insert(key: NewApiKey, audit: AuditEntry): Promise<ApiKey>;
  /** Revokes; null when the organisation has no such key. Revoking again keeps the first moment. */
  revoke(orgId: string, id: string, audit: AuditEntry): Promise<ApiKey | null>;
}

export interface NewApiKey {
  id: string;
  orgId: string;
  name: string;
  prefix: string;
  hash: Uint8Array;
  role: Role;
  scopes: Scope[];
  createdBy: string | null;
  expiresAt: string | null;
}
