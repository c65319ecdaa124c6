import { z } from "zod";
import { approvalFieldSchema, approvalOptionSchema } from "../../engine/run/event.ts";
import { idSchema, jsonValueSchema, momentSchema, pageQuerySchema, pageSchema } from "./common.ts";

export const approvalStatusSchema = z.enum(["pending", "decided", "expired", "cancelled"]);

export const assigneeSchema = z.object({
  kind: z.enum(["anyone", "user", "role", "group"]),
  id: z.string().nullable().default(null),
});
export type Assignee = z.infer<typeof assigneeSchema>;

export const approvalSchema = z.strictObject({
  id: idSchema,
  runId: idSchema,
  workflowId: idSchema,
  workflowName: z.string(),
  nodeId: z.string(),
  stepId: z.string(),
  title: z.string(),
  description: z.string(),
  options: z.array(approvalOptionSchema),
  preselected: z.string().nullable(),
  recommended: z.string().nullable(),
  recommendation: z.string().nullable(),
  assignee: assigneeSchema,
  urgency: z.enum(["low", "normal", "high", "critical"]),
  deadlineAt: momentSchema.nullable(),
  onTimeout: z.enum(["reject", "escalate", "approve"]),
  escalatedAt: momentSchema.nullable(),
  /** Who handed it to the one who is asked now, and why; null where nobody did. */
  delegation: z.strictObject({ byLabel: z.string(), at: momentSchema, note: z.string().nullable() }).nullable(),
  requiredFields: z.array(approvalFieldSchema),
  context: jsonValueSchema,
  irreversible: z.boolean(),
  status: approvalStatusSchema,
  decision: z.string().nullable(),
  comment: z.string().nullable(),
  fields: z.record(z.string(), jsonValueSchema).nullable(),
  decidedBy: idSchema.nullable(),
  decidedByLabel: z.string().nullable(),
  decidedVia: z.enum(["app", "link", "api", "slack", "system"]).nullable(),
  decidedAt: momentSchema.nullable(),
  createdAt: momentSchema,
});
export type Approval = z.infer<typeof approvalSchema>;

/** What a caller sees: the request, and whether this caller may decide it. */
export const approvalViewSchema = approvalSchema.extend({ canDecide: z.boolean() });
export type ApprovalView = z.infer<typeof approvalViewSchema>;

export const approvalPageSchema = pageSchema(approvalViewSchema);
export const approvalListQuerySchema = pageQuerySchema.extend({
  status: approvalStatusSchema.optional(),
  runId: idSchema.optional(),
});

export const decideSchema = z.strictObject({
  /** Id of one of the request's options. */
  decision: z.string().min(1).max(64),
  comment: z.string().max(10_000).nullable().default(null),
  fields: z.record(z.string().max(64), jsonValueSchema).default({}),
});
export type Decide = z.infer<typeof decideSchema>;

export const delegateSchema = z.strictObject({
  /** A member of the organisation who may decide. */
  to: idSchema,
  /** For them: why it is theirs now. */
  note: z.string().trim().max(1_000).nullable().default(null),
});
export type Delegate = z.output<typeof delegateSchema>;

/** Behind a signed link: the request without what only the organisation's members see. */
export const linkedApprovalSchema = approvalSchema
  .omit({ assignee: true, decidedBy: true, delegation: true })
  .extend({ needsSignIn: z.boolean() });

export const linkTokenParamsSchema = z.strictObject({ token: z.string() });

export const linkAnswerSchema = z.strictObject({ url: z.string(), expiresAt: momentSchema });
