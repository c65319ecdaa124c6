import { z } from "zod";
import { apiKeySchema, type ApiKey } from "../../contracts/api/api-key.ts";
import { auditFrom, auditParameter, type AuditEntry } from "./audit.ts";
import { moment } from "./moment.ts";
import type { Pool } from "./pool.ts";

const columns = `k.id, k.name, k.prefix, k.role, k.scopes, k.created_by as "createdBy", ${moment("k.created_at", "createdAt")},
  ${moment("k.last_used_at", "lastUsedAt")}, ${moment("k.expires_at", "expiresAt")}, ${moment("k.revoked_at", "revokedAt")}`;

interface StoredKey extends Pick<ApiKey, "id" | "name" | "role" | "scopes" | "expiresAt" | "revokedAt" | "lastUsedAt"> {
  orgId: string;
}

interface NewApiKey extends Pick<ApiKey, "id" | "name" | "prefix" | "role" | "scopes" | "createdBy" | "expiresAt"> {
  orgId: string;
  hash: Uint8Array;
}

/** API keys on Postgres: only their hashes are stored. */
export class ApiKeyTable {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async byHash(hash: Uint8Array): Promise<StoredKey | null> {
    const { rows } = await this.#pool.query<StoredKey>({
      name: "api-key-by-hash",
      text: `select k.id, k.org_id as "orgId", k.name, k.role, k.scopes, ${moment("k.expires_at", "expiresAt")},
               ${moment("k.revoked_at", "revokedAt")}, ${moment("k.last_used_at", "lastUsedAt")}
             from public.api_keys k where k.key_hash = $1`,
      values: [hash],
    });
    return rows[0] ?? null;
  }

  async touch(id: string): Promise<void> {
    await this.#pool.query("update public.api_keys set last_used_at = now() where id = $1", [id]);
  }

  async list(orgId: string): Promise<ApiKey[]> {
    const { rows } = await this.#pool.query(
      `select ${columns} from public.api_keys k where k.org_id = $1 order by k.created_at desc limit 1000`,
      [orgId],
    );
    return z.array(apiKeySchema).parse(rows);
  }

  async insert(key: NewApiKey, audit: AuditEntry): Promise<ApiKey> {
    const { rows } = await this.#pool.query(
      `with k as (
         insert into public.api_keys (id, org_id, name, prefix, key_hash, role, scopes, created_by, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning *
       ), recorded as (${auditFrom("k", 10)})
       select ${columns} from k`,
      [
        key.id,
        key.orgId,
        key.name,
        key.prefix,
        key.hash,
        key.role,
        key.scopes,
        key.createdBy,
        key.expiresAt,
        auditParameter(audit),
      ],
    );
    return apiKeySchema.parse(rows[0]);
  }

  async revoke(orgId: string, id: string, audit: AuditEntry): Promise<ApiKey | null> {
    const { rows } = await this.#pool.query(
      `with k as (
         update public.api_keys set revoked_at = now() where id = $1 and org_id = $2 and revoked_at is null returning *
       ), recorded as (${auditFrom("k", 3)})
       select ${columns} from k
       union all
       select ${columns} from public.api_keys k where id = $1 and org_id = $2 and revoked_at is not null`,
      [id, orgId, auditParameter(audit)],
    );
    return rows[0] === undefined ? null : apiKeySchema.parse(rows[0]);
  }
}
