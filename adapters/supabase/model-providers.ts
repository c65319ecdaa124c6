import { z } from "zod";
import { modelProviderSchema, providerModelSchema, type ModelProvider } from "../../contracts/api/model-provider.ts";
import type { Sealed } from "../../engine/ports/vault.ts";
import { auditFrom, auditParameter, type AuditEntry } from "./audit.ts";
import { moment } from "./moment.ts";
import type { Pool } from "./pool.ts";

const columns = `p.id, p.name, p.base_url as "baseUrl", p.default_model as "defaultModel", p.models, p.sealed is not null as "hasKey",
  ${moment("p.created_at", "createdAt")}, ${moment("p.updated_at", "updatedAt")}, ${moment("p.last_used_at", "lastUsedAt")}`;

interface WrittenProvider extends Pick<ModelProvider, "id" | "name" | "baseUrl" | "defaultModel" | "models"> {
  orgId: string;
}

const sealedRowSchema = z.object({
  id: z.string(),
  name: z.string(),
  baseUrl: z.string(),
  defaultModel: z.string(),
  models: z.array(providerModelSchema),
  updatedAt: z.string(),
  keyVersion: z.number().nullable(),
  nonce: z.instanceof(Uint8Array).nullable(),
  sealed: z.instanceof(Uint8Array).nullable(),
});

export interface SealedProvider extends Pick<ModelProvider, "id" | "name" | "baseUrl" | "defaultModel" | "models"> {
  updatedAt: string;
  key: Sealed | null;
}

/** Model providers on Postgres, their keys sealed before they come here. */
export class ModelProviderTable {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async list(orgId: string): Promise<ModelProvider[]> {
    const { rows } = await this.#pool.query(
      `select ${columns} from public.model_providers p where p.org_id = $1 order by p.position, p.created_at limit 100`,
      [orgId],
    );
    return z.array(modelProviderSchema).parse(rows);
  }

  /** Null when the organisation has one of this name. */
  async insert(
    given: WrittenProvider & { key: Sealed | null; createdBy: string | null },
    audit: AuditEntry,
  ): Promise<ModelProvider | null> {
    const { rows } = await this.#pool.query(
      `with p as (
         insert into public.model_providers
           (id, org_id, name, base_url, default_model, models, key_version, nonce, sealed, created_by, position)
         select $1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9, $10,
           coalesce((select max(position) + 1 from public.model_providers where org_id = $2), 0)
         on conflict (org_id, name) do nothing returning *
       ), recorded as (${auditFrom("p", 11)})
       select ${columns} from p`,
      [
        ...written(given),
        given.key?.keyVersion,
        given.key?.nonce,
        given.key?.sealed,
        given.createdBy,
        auditParameter(audit),
      ],
    );
    return rows[0] === undefined ? null : modelProviderSchema.parse(rows[0]);
  }

  /** `key` undefined leaves the stored one. Null when there is no such provider, "taken" when another one has the name. */
  async update(
    given: WrittenProvider & { key: Sealed | null | undefined },
    audit: AuditEntry,
  ): Promise<ModelProvider | "taken" | null> {
    const { key } = given;
    try {
      const { rows } = await this.#pool.query(
        `with p as (
           update public.model_providers set name = $3, base_url = $4, default_model = $5, models = $6::jsonb,
             key_version = case when $7 then key_version else $8 end, nonce = case when $7 then nonce else $9 end,
             sealed = case when $7 then sealed else $10 end, updated_at = now()
           where id = $1 and org_id = $2 returning *
         ), recorded as (${auditFrom("p", 11)})
         select ${columns} from p`,
        [...written(given), key === undefined, key?.keyVersion, key?.nonce, key?.sealed, auditParameter(audit)],
      );
      return rows[0] === undefined ? null : modelProviderSchema.parse(rows[0]);
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "23505") return "taken";
      throw error;
    }
  }

  /** Puts a provider before all others. False when there is none of this id. */
  async putFirst(orgId: string, id: string, audit: AuditEntry): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      `with p as (
         update public.model_providers set updated_at = now(),
           position = (select min(position) - 1 from public.model_providers where org_id = $1)
         where org_id = $1 and id = $2 returning *
       ), recorded as (${auditFrom("p", 3)})
       select id from p`,
      [orgId, id, auditParameter(audit)],
    );
    return rowCount === 1;
  }

  async remove(orgId: string, id: string, audit: AuditEntry): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      `with p as (
         delete from public.model_providers where org_id = $1 and id = $2 returning *
       ), recorded as (${auditFrom("p", 3)})
       select id from p`,
      [orgId, id, auditParameter(audit)],
    );
    return rowCount === 1;
  }

  /** The providers with their sealed keys, in the order in which they are asked. */
  async sealed(orgId: string): Promise<SealedProvider[]> {
    const { rows } = await this.#pool.query({
      name: "sealed-providers",
      text: `select id, name, base_url as "baseUrl", default_model as "defaultModel", models, updated_at::text as "updatedAt",
               key_version as "keyVersion", nonce, sealed
             from public.model_providers where org_id = $1 order by position, created_at limit 100`,
      values: [orgId],
    });
    return z
      .array(sealedRowSchema)
      .parse(rows)
      .map(({ keyVersion, nonce, sealed, ...row }) => ({
        ...row,
        key: keyVersion === null || nonce === null || sealed === null ? null : { keyVersion, nonce, sealed },
      }));
  }

  async touch(id: string): Promise<void> {
    await this.#pool.query("update public.model_providers set last_used_at = now() where id = $1", [id]);
  }
}

function written({ id, orgId, name, baseUrl, defaultModel, models }: WrittenProvider): unknown[] {
  return [id, orgId, name, baseUrl, defaultModel, JSON.stringify(models)];
}
