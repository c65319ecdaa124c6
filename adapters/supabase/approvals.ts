import { z } from "zod";
import { approvalSchema, type Approval } from "../../contracts/api/approval.ts";
import type { Json } from "../../engine/json.ts";
import { moment, pageOf } from "./moment.ts";
import type { Pool } from "./pool.ts";

const columns = `a.id, a.run_id as "runId", a.workflow_id as "workflowId", r.workflow_name as "workflowName",
  a.node_id as "nodeId", a.step_id as "stepId", a.title, a.description, a.options, a.preselected, a.recommended,
  a.recommendation, a.assignee, a.urgency,
  case when a.delegated_at is not null then jsonb_build_object(
    'byLabel', a.delegated_by_label, 'note', a.delegation_note, 'at', to_char(a.delegated_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
  ) end as delegation, a.on_timeout as "onTimeout", a.required_fields as "requiredFields", a.context,
  a.irreversible, a.status, a.decision, a.comment, a.fields, a.decided_by as "decidedBy",
  a.decided_by_label as "decidedByLabel", a.decided_via as "decidedVia", ${moment("a.deadline_at", "deadlineAt")},
  ${moment("a.escalated_at", "escalatedAt")}, ${moment("a.decided_at", "decidedAt")}, ${moment("a.created_at", "createdAt")}`;

const outcomeSchema = z.object({
  outcome: z.enum(["decided", "already", "expired", "cancelled", "missing"]),
  signalId: z.number().nullable(),
});

const delegatedSchema = z.object({ outcome: z.enum(["delegated", "over", "missing", "stranger"]) });

interface Delegation {
  orgId: string;
  id: string;
  to: string;
  note: string | null;
  actorKind: string;
  actorId: string | null;
  actorLabel: string;
  ip: string | null;
  userAgent: string | null;
}

interface RecordedDecision {
  orgId: string;
  id: string;
  decision: string;
  comment: string | null;
  fields: Record<string, Json>;
  actorKind: string;
  actorId: string | null;
  actorLabel: string;
  via: string;
  ip: string | null;
  userAgent: string | null;
}

/** The approval store on Postgres. Rows hold JSON that workflows wrote, so they are parsed before they are believed. */
export function createApprovalStore(pool: Pool) {
  async function get(orgId: string, id: string): Promise<Approval | null> {
    const { rows } = await pool.query(
      `select ${columns} from public.approvals a join public.runs r on r.id = a.run_id where a.id = $1 and a.org_id = $2`,
      [id, orgId],
    );
    return rows[0] === undefined ? null : approvalSchema.parse(rows[0]);
  }

  return {
    get,

    async list(
      orgId: string,
      page: {
        limit: number;
        after: { at: string; id: string } | null;
        status: Approval["status"] | null;
        runId: string | null;
      },
    ): Promise<{ items: Approval[]; next: { at: string; id: string } | null }> {
      const { rows } = await pool.query(
        `select ${columns} from public.approvals a join public.runs r on r.id = a.run_id
         where a.org_id = $1
           and ($2::timestamptz is null or (a.created_at, a.id) < ($2::timestamptz, $3::uuid))
           and ($4::text is null or a.status = $4) and ($5::uuid is null or a.run_id = $5)
         order by a.created_at desc, a.id desc limit $6`,
        [orgId, page.after?.at ?? null, page.after?.id ?? null, page.status, page.runId, page.limit + 1],
      );
      return pageOf(z.array(approvalSchema).parse(rows), page.limit, (row) => row.createdAt);
    },

    async behindLink(id: string): Promise<{ orgId: string; approval: Approval } | null> {
      const { rows } = await pool.query<{ orgId: string }>(
        `select org_id as "orgId" from public.approvals where id = $1`,
        [id],
      );
      const orgId = rows[0]?.orgId;
      if (orgId === undefined) return null;
      const approval = await get(orgId, id);
      return approval === null ? null : { orgId, approval };
    },

    async decide(decision: RecordedDecision): Promise<{
      outcome: z.infer<typeof outcomeSchema>["outcome"];
      approval: Approval | null;
      signal: number | null;
    }> {
      const { rows } = await pool.query<{ result: unknown }>(
        "select public.decide_approval($1, $2, $3, $4, $5::jsonb, $6, $7, $8, $9, $10::inet, $11) as result",
        [
          decision.id,
          decision.orgId,
          decision.decision,
          decision.comment,
          JSON.stringify(decision.fields),
          decision.actorKind,
          decision.actorId,
          decision.actorLabel,
          decision.via,
          decision.ip,
          decision.userAgent,
        ],
      );
      const { outcome, signalId } = outcomeSchema.parse(rows[0]?.result);
      return { outcome, approval: await get(decision.orgId, decision.id), signal: signalId };
    },

    async delegate(given: Delegation): Promise<z.infer<typeof delegatedSchema>["outcome"]> {
      const { id, orgId, to, note, actorKind, actorId, actorLabel, ip, userAgent } = given;
      const { rows } = await pool.query<{ result: unknown }>(
        "select public.delegate_approval($1, $2, $3, $4, $5, $6, $7, $8::inet, $9) as result",
        [id, orgId, to, note, actorKind, actorId, actorLabel, ip, userAgent],
      );
      return delegatedSchema.parse(rows[0]?.result).outcome;
    },
  };
}
