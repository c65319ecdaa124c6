import type { Role } from "../../contracts/api/common.ts";
import type { Scope } from "../../contracts/api/api-key.ts";

export interface Membership {
  orgId: string;
  orgName: string;
  role: Role;
}

export interface Members {
  /** Organisations of a user, the oldest membership first. */
  membershipsOf(userId: string): Promise<Membership[]>;
  /** Ids and names of the groups a user belongs to in an organisation. */
  groupsOf(orgId: string, userId: string): Promise<{ id: string; name: string }[]>;
}

export interface StoredKey {
  id: string;
  orgId: string;
  name: string;
  role: Role;
  scopes: Scope[];
  expiresAt: string | null;
  revokedAt: string | null;
  lastUsedAt: string | null;
}

export interface KeyRing {
  /** The key with this sha-256, whatever its state. */
  byHash(hash: Uint8Array): Promise<StoredKey | null>;
  /** Notes that the key was used now. */
  touch(id: string): Promise<void>;
}

export interface AccessTokens {
  /** The user whom a Supabase access token names; null for a token that is forged, expired or not a user's. */
  verify(token: string): Promise<{ userId: string; email: string | null; expiresAt: number } | null>;
}
