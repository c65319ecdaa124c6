import type { Pool } from "./pool.ts";

/** What the first start needs: an organisation, its owner, a key. Each can be asked for again and changes nothing then. */
export function createOrganizationStore(pool: Pool) {
  return {
    async userByEmail(email: string): Promise<string | null> {
      const { rows } = await pool.query<{ id: string }>(
        "select id from public.profiles where lower(email) = lower($1) order by created_at limit 1",
        [email],
      );
      return rows[0]?.id ?? null;
    },

    /** The oldest organisation that the user owns, made when there is none. */
    async ensureFirst(organization: { name: string; ownerId: string }): Promise<string> {
      const client = await pool.connect();
      try {
        await client.query("begin");
        // Two first starts on one database take turns, and the second finds what the first made.
        await client.query("select pg_advisory_xact_lock(hashtext('baton-first-organization'))");
        const { rows } = await client.query<{ id: string }>(
          `select org_id as id from public.memberships where user_id = $1 and role = 'owner' order by created_at limit 1`,
          [organization.ownerId],
        );
        const id = rows[0]?.id ?? (await insertOrganization(client, organization));
        await client.query("commit");
        return id;
      } catch (error) {
        await client.query("rollback");
        throw error;
      } finally {
        client.release();
      }
    },

    /** Stores a key with the owner's rights by its hash; one that is there already, also a revoked one, stays as it is. */
    async ensureKey(key: {
      orgId: string;
      name: string;
      prefix: string;
      hash: Uint8Array;
      createdBy: string;
    }): Promise<void> {
      await pool.query(
        `with made as (
           insert into public.api_keys (org_id, name, prefix, key_hash, role, created_by)
           values ($1, $2, $3, $4, 'owner', $5) on conflict (key_hash) do nothing returning id, org_id
         )
         insert into public.audit_log (org_id, actor_kind, actor_label, action, target_kind, target_id)
         select org_id, 'system', 'first start', 'api-key-created', 'api-key', id::text from made`,
        [key.orgId, key.name, key.prefix, key.hash, key.createdBy],
      );
    },

    /** Names of all workflows the organisation has or had. */
    async workflowNames(orgId: string): Promise<Set<string>> {
      const { rows } = await pool.query<{ name: string }>("select name from public.workflows where org_id = $1", [
        orgId,
      ]);
      return new Set(rows.map((row) => row.name));
    },
  };
}

async function insertOrganization(
  client: { query: Pool["query"] },
  organization: { name: string; ownerId: string },
): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    `with made as (
       insert into public.organizations (name, slug)
       values ($1, lower($1) || '-' || substr(replace(gen_random_uuid()::text, '-', ''), 1, 8)) returning id
     ), owner as (
       insert into public.memberships (org_id, user_id, role) select id, $2, 'owner' from made
     )
     select id from made`,
    [organization.name, organization.ownerId],
  );
  const id = rows[0]?.id;
  if (id === undefined) throw new Error("The first organisation was not made.");
  return id;
}
