import type { Json } from "../../engine/json.ts";
import { auditFrom, auditParameter, type AuditEntry } from "./audit.ts";
import type { Pool } from "./pool.ts";

interface TemplateRow {
  id: string;
  name: string;
  description: string;
  category: string;
  definition: Json;
  sampleInput: Json;
}

const columns = `t.id, t.name, t.description, t.category, t.definition, t.sample_input as "sampleInput"`;
/** As many as a gallery can show; past that the oldest are found by their id alone. */
const listed = 200;

/** Templates of organisations on Postgres. The trusted role sees every organisation, so each statement names one. */
export class TemplateTable {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async list(orgId: string): Promise<TemplateRow[]> {
    const { rows } = await this.#pool.query<TemplateRow>(
      `select ${columns} from public.workflow_templates t where t.org_id = $1 order by t.created_at desc, t.id limit $2`,
      [orgId, listed],
    );
    return rows;
  }

  async get(orgId: string, id: string): Promise<TemplateRow | null> {
    const { rows } = await this.#pool.query<TemplateRow>(
      `select ${columns} from public.workflow_templates t where t.org_id = $1 and t.id = $2`,
      [orgId, id],
    );
    return rows[0] ?? null;
  }

  async insert(template: TemplateRow & { orgId: string; by: string | null }, audit: AuditEntry): Promise<void> {
    await this.#pool.query(
      `with made as (
         insert into public.workflow_templates (id, org_id, name, description, category, definition, sample_input, created_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8) returning id
       )
       ${auditFrom("made", 9)}`,
      [
        template.id,
        template.orgId,
        template.name,
        template.description,
        template.category,
        JSON.stringify(template.definition),
        template.sampleInput === null ? null : JSON.stringify(template.sampleInput),
        template.by,
        auditParameter(audit),
      ],
    );
  }

  async remove(orgId: string, id: string, audit: AuditEntry): Promise<boolean> {
    const { rows } = await this.#pool.query<{ gone: boolean }>(
      `with gone as (
         delete from public.workflow_templates where org_id = $1 and id = $2 returning id
       ), recorded as (${auditFrom("gone", 3)})
       select exists (select 1 from gone) as gone`,
      [orgId, id, auditParameter(audit)],
    );
    return rows[0]?.gone === true;
  }
}
