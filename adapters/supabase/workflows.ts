import type { Workflow, WorkflowSummary, WorkflowVersion } from "../../contracts/api/workflow.ts";
import type { Json } from "../../engine/json.ts";
import { auditFrom, auditParameter, type AuditEntry } from "./audit.ts";
import { moment, pageOf } from "./moment.ts";
import type { Pool } from "./pool.ts";
import { joinStoredNodes } from "./stored-nodes.ts";

const summary = `w.id, w.name, w.description, w.tags, w.revision, w.latest_version as "latestVersion",
  w.published_version as "publishedVersion", w.updated_by as "updatedBy",
  ${moment("w.created_at", "createdAt")}, ${moment("w.updated_at", "updatedAt")}`;

/** Steps that run whatever version of the workflow `$id` is the newest. */
const callsNewest =
  '$.nodes[*] ? (@.type == "sub-workflow" && @.config.workflow == $id && (!exists (@.config.version) || @.config.version == "latest"))';
/** Of those that call a workflow so many are named. */
const mostCallers = 500;

interface CallingStep {
  workflowName: string;
  where: "draft" | "published";
  node: string;
  nodeName: string;
  input: Json;
}

/** The workflow store on Postgres. The trusted role sees every organisation, so each statement names one. */
export class WorkflowTable {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async insert(
    workflow: {
      id: string;
      orgId: string;
      name: string;
      description: string;
      definition: Json;
      publish: boolean;
      by: string | null;
    },
    audit: AuditEntry,
  ): Promise<void> {
    await this.#pool.query(
      `with made as (
         insert into public.workflows
           (id, org_id, name, description, draft, latest_version, published_version, created_by, updated_by)
         values ($1, $2, $3, $4, $5, $6, $6, $7, $7) returning id, org_id, draft, latest_version
       ), versioned as (
         insert into public.workflow_versions (org_id, workflow_id, version, definition, created_by)
         select org_id, id, latest_version, draft, $7 from made where latest_version is not null
       )
       ${auditFrom("made", 8)}`,
      [
        workflow.id,
        workflow.orgId,
        workflow.name,
        workflow.description,
        JSON.stringify(workflow.definition),
        workflow.publish ? 1 : null,
        workflow.by,
        auditParameter(audit),
      ],
    );
  }

  async get(orgId: string, id: string): Promise<Workflow | null> {
    const { rows } = await this.#pool.query<Workflow>(
      `select ${summary}, w.draft as definition from public.workflows w
       where w.id = $1 and w.org_id = $2 and w.deleted_at is null`,
      [id, orgId],
    );
    return rows[0] ?? null;
  }

  async list(
    orgId: string,
    page: { limit: number; after: { at: string; id: string } | null; search: string | null; tag: string | null },
  ): Promise<{ items: WorkflowSummary[]; next: { at: string; id: string } | null }> {
    const { rows } = await this.#pool.query<WorkflowSummary>(
      `select ${summary} from public.workflows w
       where w.org_id = $1 and w.deleted_at is null
         and ($2::timestamptz is null or w.updated_at < $2 or (w.updated_at = $2 and w.id > $3::uuid))
         and ($4::text is null or strpos(lower(w.name), lower($4)) > 0)
         and ($6::text is null or w.tags @> array[$6::text])
       order by w.updated_at desc, w.id limit $5`,
      [orgId, page.after?.at ?? null, page.after?.id ?? null, page.search, page.limit + 1, page.tag],
    );
    return pageOf(rows, page.limit, (row) => row.updatedAt);
  }

  async saveDraft(
    draft: {
      orgId: string;
      id: string;
      revision: number;
      name: string;
      description: string;
      definition: Json;
      by: string | null;
    },
    audit: AuditEntry,
  ): Promise<{ revision: number } | "conflict" | null> {
    const { rows } = await this.#pool.query<{ revision: number | null }>(
      `with saved as (
         update public.workflows set draft = $4, name = $5, description = $6, revision = revision + 1,
           updated_at = now(), updated_by = $7
         where id = $1 and org_id = $2 and revision = $3 and deleted_at is null returning revision
       ), recorded as (${auditFrom("saved", 8)})
       select (select revision from saved) as revision from public.workflows
       where id = $1 and org_id = $2 and deleted_at is null`,
      [
        draft.id,
        draft.orgId,
        draft.revision,
        JSON.stringify(draft.definition),
        draft.name,
        draft.description,
        draft.by,
        auditParameter(audit),
      ],
    );
    const row = rows[0];
    if (row === undefined) return null;
    return row.revision === null ? "conflict" : { revision: row.revision };
  }

  async publish(
    version: { orgId: string; id: string; revision: number; definition: Json; note: string; by: string | null },
    audit: AuditEntry,
  ): Promise<{ version: number } | "conflict" | null> {
    const { rows } = await this.#pool.query<{ version: number | null }>(
      `with published as (
         update public.workflows set latest_version = coalesce(latest_version, 0) + 1,
           published_version = coalesce(latest_version, 0) + 1, updated_at = now(), updated_by = $6
         where id = $1 and org_id = $2 and revision = $3 and deleted_at is null
         returning id, org_id, latest_version
       ), versioned as (
         insert into public.workflow_versions (org_id, workflow_id, version, definition, note, created_by)
         select org_id, id, latest_version, $4::json, $5, $6 from published
       ), recorded as (${auditFrom("published", 7)})
       select (select latest_version from published) as version from public.workflows
       where id = $1 and org_id = $2 and deleted_at is null`,
      [
        version.id,
        version.orgId,
        version.revision,
        JSON.stringify(version.definition),
        version.note,
        version.by,
        auditParameter(audit),
      ],
    );
    const row = rows[0];
    if (row === undefined) return null;
    return row.version === null ? "conflict" : { version: row.version };
  }

  async archive(orgId: string, id: string, archived: boolean, audit: AuditEntry): Promise<boolean> {
    const { rows } = await this.#pool.query<{ changed: boolean }>(
      `with changed as (
         update public.workflows set deleted_at = case when $3 then now() end
         where id = $1 and org_id = $2 and (deleted_at is null) = $3 returning id
       ), recorded as (${auditFrom("changed", 4)})
       select exists (select 1 from changed) as changed`,
      [id, orgId, archived, auditParameter(audit)],
    );
    return rows[0]?.changed === true;
  }

  async tag(orgId: string, id: string, tags: readonly string[], audit: AuditEntry): Promise<boolean> {
    const { rows } = await this.#pool.query<{ changed: boolean }>(
      `with changed as (
         update public.workflows set tags = $3 where id = $1 and org_id = $2 and deleted_at is null returning id
       ), recorded as (${auditFrom("changed", 4)})
       select exists (select 1 from changed) as changed`,
      [id, orgId, tags, auditParameter(audit)],
    );
    return rows[0]?.changed === true;
  }

  async definition(orgId: string, id: string, version: number): Promise<Json | null> {
    const { rows } = await this.#pool.query<{ definition: Json }>(
      `select v.definition from public.workflow_versions v
       where v.workflow_id = $1 and v.org_id = $2 and v.version = $3`,
      [id, orgId, version],
    );
    return rows[0]?.definition ?? null;
  }

  async versions(orgId: string, id: string): Promise<WorkflowVersion[]> {
    const { rows } = await this.#pool.query<WorkflowVersion>(
      `select v.version, v.note, v.created_by as "createdBy", ${moment("v.created_at", "createdAt")}
       from public.workflow_versions v where v.workflow_id = $1 and v.org_id = $2 order by v.version desc limit 1000`,
      [id, orgId],
    );
    return rows;
  }

  async callers(orgId: string, id: string): Promise<CallingStep[]> {
    const { rows } = await this.#pool.query<CallingStep>(
      `select w.name as "workflowName", g."where", n ->> 'id' as node, coalesce(n ->> 'name', n ->> 'id') as "nodeName",
         coalesce(n #> '{config,input}', '{}') as input
       from public.workflows w
       ${joinStoredNodes(callsNewest, "$2", "id")}
       where w.org_id = $1 and w.id <> $2::uuid and w.deleted_at is null
       order by w.name, w.id, g."where" desc limit ${mostCallers}`,
      [orgId, id],
    );
    return rows;
  }

  async published(orgId: string, id: string): Promise<{ name: string; version: number | null } | null> {
    const { rows } = await this.#pool.query<{ name: string; version: number | null }>({
      name: "workflow-published",
      text: `select name, published_version as version from public.workflows
             where id = $1 and org_id = $2 and deleted_at is null`,
      values: [id, orgId],
    });
    return rows[0] ?? null;
  }
}
