import { z } from "zod";
import { approvalOptionSchema } from "../../engine/run/event.ts";
import type { Pool } from "./pool.ts";

const dueSchema = z.object({
  id: z.string(),
  channel: z.enum(["email", "slack"]),
  recipient: z.string(),
  attempts: z.number(),
  orgId: z.string(),
  approvalId: z.string(),
  organization: z.string(),
  workflow: z.string(),
  title: z.string(),
  description: z.string(),
  recommendation: z.string().nullable(),
  urgency: z.string(),
  deadlineAt: z.number().nullable(),
  options: z.array(approvalOptionSchema),
  needsForm: z.boolean(),
});
export type DueNotice = z.infer<typeof dueSchema>;

/** Notices of requests on Postgres. Claims go by the database's clock; each is given to one worker at a time. */
export function createApprovalNotices(pool: Pool) {
  return {
    /** Claims notices that are due. One that is neither sent nor dropped comes again, each time later. */
    async claim(limit: number): Promise<DueNotice[]> {
      const { rows } = await pool.query({
        name: "claim-approval-notices",
        text: `with due as (
            select id from public.approval_notices
            where sent_at is null and dropped_at is null and next_at <= now()
            order by next_at limit $1 for update skip locked
          ), claimed as (
            update public.approval_notices n
            set attempts = n.attempts + 1, next_at = now() + interval '30 seconds' * (2 ^ least(n.attempts, 7))
            from due where n.id = due.id returning n.*
          ), over as (
            update public.approval_notices n set dropped_at = now(), last_error = 'nothing left to decide'
            from claimed c join public.approvals a on a.id = c.approval_id
            where n.id = c.id and a.status <> 'pending' returning n.id
          )
          select c.id, c.channel, c.recipient, c.attempts, c.org_id as "orgId", c.approval_id as "approvalId", o.name as organization,
            r.workflow_name as workflow, a.title, a.description, a.recommendation, a.urgency, a.options,
            jsonb_path_exists(a.required_fields, '$[*] ? (@.required == true)') as "needsForm",
            (extract(epoch from a.deadline_at) * 1000)::float8 as "deadlineAt"
          from claimed c
          join public.approvals a on a.id = c.approval_id
          join public.runs r on r.id = a.run_id
          join public.organizations o on o.id = c.org_id
          where a.status = 'pending'`,
        values: [limit],
      });
      return z.array(dueSchema).parse(rows);
    },

    async sent(id: string): Promise<void> {
      await pool.query("update public.approval_notices set sent_at = now(), last_error = null where id = $1", [id]);
    },

    async failed(id: string, error: string, final: boolean): Promise<void> {
      await pool.query(
        `update public.approval_notices set last_error = left($2, 500), dropped_at = case when $3 then now() end where id = $1`,
        [id, error, final],
      );
    },
  };
}
