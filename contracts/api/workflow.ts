import { z } from "zod";
import { workflowFileSchema } from "../../engine/workflow/file.ts";
import { idSchema, jsonValueSchema, momentSchema, pageQuerySchema, pageSchema } from "./common.ts";
import { fieldProblemSchema } from "./problem.ts";

/** A word of an organisation for its workflows, such as "finance". Told apart without regard to case. */
export const workflowTagSchema = z
  .string()
  .trim()
  .min(1)
  .max(40)
  .regex(/^[^\p{Cc}\p{Cf},]+$/u, "must be one line without commas");

export const workflowTagsSchema = z.strictObject({
  /** All of them, in the order in which they are shown. */
  tags: z
    .array(workflowTagSchema)
    .max(10)
    .refine((tags) => new Set(tags.map((tag) => tag.toLowerCase())).size === tags.length, "names a tag twice"),
});

export const workflowSummarySchema = z.strictObject({
  id: idSchema,
  name: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  /** Counts saves of the draft. */
  revision: z.int(),
  latestVersion: z.int().nullable(),
  /** What runs that name no version start on. */
  publishedVersion: z.int().nullable(),
  createdAt: momentSchema,
  updatedAt: momentSchema,
  updatedBy: idSchema.nullable(),
});
export type WorkflowSummary = z.infer<typeof workflowSummarySchema>;

export const workflowSchema = workflowSummarySchema.extend({
  /** The draft, as it was saved. */
  definition: jsonValueSchema,
});
export type Workflow = z.infer<typeof workflowSchema>;

export const workflowPageSchema = pageSchema(workflowSummarySchema);

export const workflowListQuerySchema = pageQuerySchema.extend({
  search: z.string().max(200).optional(),
  /** Only those with this tag. */
  tag: workflowTagSchema.optional(),
});

/** `draft=true` stores a file that parses but need not compile yet; it gets no version. */
export const importQuerySchema = z.strictObject({ draft: z.enum(["true", "false"]).default("false") });

export const importAnswerSchema = z.strictObject({
  id: idSchema,
  version: z.int().nullable(),
  revision: z.int(),
  /** What the compiler warns of. */
  warnings: z.array(fieldProblemSchema),
});

/** A new draft, and the revision it was made from. A bare workflow file works as well, with `If-Match: "revision"`. */
export const updateWorkflowSchema = z.strictObject({
  revision: z.int().positive(),
  definition: workflowFileSchema,
});

export const publishBodySchema = z.strictObject({
  /** Publishes only if the draft is still at this revision. */
  revision: z.int().positive().optional(),
  note: z.string().max(2_000).default(""),
  /** Publishes although workflows that call this one as a sub-workflow do not give what it asks for now. */
  acceptBreaking: z.boolean().default(false),
});

export const publishAnswerSchema = z.strictObject({
  id: idSchema,
  version: z.int(),
  warnings: z.array(fieldProblemSchema),
});

export const archivedWorkflowSchema = z.strictObject({ id: idSchema });

export const taggedWorkflowSchema = z.strictObject({ id: idSchema, tags: z.array(z.string()) });

export const workflowVersionSchema = z.strictObject({
  version: z.int(),
  note: z.string(),
  createdAt: momentSchema,
  createdBy: idSchema.nullable(),
});
export type WorkflowVersion = z.infer<typeof workflowVersionSchema>;
export const workflowVersionListSchema = z.strictObject({ items: z.array(workflowVersionSchema) });

export const versionQuerySchema = z.strictObject({
  /** A version, or the draft when it is left out. */
  version: z.coerce.number().int().positive().optional(),
});

const estimateSchema = z.strictObject({ ms: z.number(), costUsd: z.number() });

export const planSchema = z.strictObject({
  /** Null for the draft. */
  version: z.int().nullable(),
  steps: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      type: z.string(),
      /** Container in which the step stands; null for the graph itself. */
      container: z.string().nullable(),
      dependsOn: z.array(z.string()),
      /** The greater, the sooner it is queued: estimated ms from its start to the end of the graph. */
      priority: z.number(),
      estimate: estimateSchema,
      critical: z.boolean(),
    }),
  ),
  /** Steps that can run side by side, group after group. */
  groups: z.array(z.array(z.string())),
  criticalPath: z.array(z.string()),
  totals: estimateSchema,
  warnings: z.array(fieldProblemSchema),
});
export type PlanView = z.infer<typeof planSchema>;
