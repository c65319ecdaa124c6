import { z } from "zod";
import { credentialKindSchema, credentialSchema, type Credential } from "../../contracts/api/credential.ts";
import type { Sealed } from "../../engine/ports/vault.ts";
import { auditFrom, auditParameter, type AuditEntry } from "./audit.ts";
import { moment } from "./moment.ts";
import type { Pool } from "./pool.ts";

const columns = `c.id, c.name, c.kind, c.field, c.hosts, ${moment("c.created_at", "createdAt")},
  ${moment("c.rotated_at", "rotatedAt")}, ${moment("c.last_used_at", "lastUsedAt")}`;

/** Workflows of organisation $1 by the credentials that their draft or published version names. */
const uses = `uses as (
  select distinct w.id, w.name, named #>> '{}' as credential
  from public.workflows w
  left join public.workflow_versions v on v.workflow_id = w.id and v.version = w.published_version
  cross join lateral (
    select jsonb_path_query(w.draft::jsonb, '$.nodes[*].config.credential')
    union select jsonb_path_query(v.definition::jsonb, '$.nodes[*].config.credential')
  ) as found (named)
  where w.org_id = $1 and w.deleted_at is null
)`;
const usedBy = `coalesce((
  select jsonb_agg(jsonb_build_object('id', u.id, 'name', u.name) order by u.name) from uses u where u.credential = c.name
), '[]') as "usedBy"`;

interface NewCredential extends Pick<Credential, "id" | "name" | "kind" | "field" | "hosts"> {
  orgId: string;
  sealed: Sealed;
  createdBy: string | null;
}

const sealedRowSchema = z.object({
  id: z.string(),
  kind: credentialKindSchema,
  field: z.string().nullable(),
  hosts: z.array(z.string()),
  keyVersion: z.number(),
  nonce: z.instanceof(Uint8Array),
  sealed: z.instanceof(Uint8Array),
});
export type SealedCredential = z.infer<typeof sealedRowSchema>;

/** Credentials on Postgres, sealed before they come here. */
export class CredentialTable {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async list(orgId: string): Promise<Credential[]> {
    const { rows } = await this.#pool.query(
      `with ${uses} select ${columns}, ${usedBy} from public.credentials c where c.org_id = $1 order by c.name limit 1000`,
      [orgId],
    );
    return z.array(credentialSchema).parse(rows);
  }

  async get(orgId: string, id: string): Promise<Credential | null> {
    const { rows } = await this.#pool.query(
      `with ${uses} select ${columns}, ${usedBy} from public.credentials c where c.org_id = $1 and c.id = $2`,
      [orgId, id],
    );
    return rows[0] === undefined ? null : credentialSchema.parse(rows[0]);
  }

  async names(orgId: string): Promise<string[]> {
    const { rows } = await this.#pool.query<{ name: string }>("select name from public.credentials where org_id = $1", [
      orgId,
    ]);
    return rows.map(({ name }) => name);
  }

  /** Null when the organisation has one of this name. */
  async insert(given: NewCredential, audit: AuditEntry): Promise<Credential | null> {
    const { rowCount } = await this.#pool.query(
      `with c as (
         insert into public.credentials (id, org_id, name, kind, field, hosts, key_version, nonce, sealed, created_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (org_id, name) do nothing returning *
       ), recorded as (${auditFrom("c", 11)})
       select id from c`,
      [
        given.id,
        given.orgId,
        given.name,
        given.kind,
        given.field,
        given.hosts,
        given.sealed.keyVersion,
        given.sealed.nonce,
        given.sealed.sealed,
        given.createdBy,
        auditParameter(audit),
      ],
    );
    return rowCount === 0 ? null : this.get(given.orgId, given.id);
  }

  /** Puts a new secret in place of the old one; null when there is no such credential. */
  async rotate(
    orgId: string,
    id: string,
    change: { sealed: Sealed; hosts: string[] | null },
    audit: AuditEntry,
  ): Promise<Credential | null> {
    const { keyVersion, nonce, sealed } = change.sealed;
    await this.#pool.query(
      `with c as (
         update public.credentials
         set key_version = $3, nonce = $4, sealed = $5, hosts = coalesce($6, hosts), rotated_at = now()
         where org_id = $1 and id = $2 returning *
       ), recorded as (${auditFrom("c", 7)})
       select id from c`,
      [orgId, id, keyVersion, nonce, sealed, change.hosts, auditParameter(audit)],
    );
    return this.get(orgId, id);
  }

  async remove(orgId: string, id: string, audit: AuditEntry): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      `with c as (
         delete from public.credentials where org_id = $1 and id = $2 returning *
       ), recorded as (${auditFrom("c", 3)})
       select id from c`,
      [orgId, id, auditParameter(audit)],
    );
    return rowCount === 1;
  }

  /** The sealed row of a name; notes that it is used now, once a minute at most. */
  async take(orgId: string, name: string): Promise<SealedCredential | null> {
    const { rows } = await this.#pool.query(
      `select id, kind, field, hosts, key_version as "keyVersion", nonce, sealed
       from public.credentials where org_id = $1 and name = $2`,
      [orgId, name],
    );
    if (rows[0] === undefined) return null;
    const row = sealedRowSchema.parse(rows[0]);
    await this.#pool.query(
      `update public.credentials set last_used_at = now()
       where id = $1 and (last_used_at is null or last_used_at < now() - interval '1 minute')`,
      [row.id],
    );
    return row;
  }
}
