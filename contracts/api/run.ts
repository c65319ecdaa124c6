import { z } from "zod";
import { errorRecordSchema } from "../../engine/errors.ts";
import { logLineSchema, usageSchema } from "../../engine/run/event.ts";
import { runStatusSchema, stepStatusSchema } from "../../engine/run/status.ts";
import { idParamsSchema, idSchema, jsonValueSchema, momentSchema, pageQuerySchema, pageSchema } from "./common.ts";

/** Bytes of JSON that a run takes as its input. */
export const runInputBytes = 256 * 1_024;

export const startRunSchema = z.strictObject({
  input: jsonValueSchema.default({}),
  /** The published version when it is left out. */
  version: z.int().positive().optional(),
  /** Greater goes first among the runs of an organisation. */
  priority: z.int().min(-100).max(100).default(0),
});

/** Seconds to wait for the end of the run. */
export const waitQuerySchema = z.strictObject({ wait: z.coerce.number().min(0).max(60).default(0) });

export const startAnswerSchema = z.strictObject({ id: idSchema, status: runStatusSchema });

export const runSummarySchema = z.strictObject({
  id: idSchema,
  workflowId: idSchema,
  workflowName: z.string(),
  version: z.int(),
  status: runStatusSchema,
  cost: z.number(),
  createdAt: momentSchema,
  startedAt: momentSchema.nullable(),
  endedAt: momentSchema.nullable(),
});
export type RunSummary = z.infer<typeof runSummarySchema>;

export const runPageSchema = pageSchema(runSummarySchema);
export const runListQuerySchema = pageQuerySchema.extend({
  status: runStatusSchema.optional(),
  workflowId: idSchema.optional(),
});

/** Names an artifact of a run: by its `$artifact`. */
export const artifactParamsSchema = idParamsSchema.extend({ artifact: z.string().regex(/^[0-9a-f]{64}$/) });

/** One step as the journal tells it. Times are epoch milliseconds, as in the journal. */
export const stepSchema = z.object({
  step: z.string(),
  node: z.string(),
  frame: z.string(),
  name: z.string(),
  type: z.string(),
  status: stepStatusSchema,
  attempt: z.int(),
  maxAttempts: z.int(),
  queuedAt: z.number().nullable(),
  startedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  retryAt: z.number().nullable(),
  error: errorRecordSchema.nullable(),
  /** What it was given and what it gave; of more than 256 KiB of JSON, what stands for it (engine/run/artifact.ts). */
  input: jsonValueSchema,
  output: jsonValueSchema,
  usage: z.array(usageSchema),
  /** US dollars of all its attempts. */
  cost: z.number(),
  logs: z.array(logLineSchema),
  attempts: z.array(
    z.object({
      attempt: z.int(),
      startedAt: z.number().nullable(),
      endedAt: z.number().nullable(),
      error: errorRecordSchema.nullable(),
    }),
  ),
  approvalId: idSchema.nullable(),
  container: z.string().nullable(),
  index: z.int().nullable(),
  /** Run that a sub-workflow step started last. */
  childRunId: idSchema.nullable().default(null),
  /** What the step listens for now; times are epoch milliseconds. */
  listening: z
    .array(
      z.object({
        event: z.string().nullable(),
        key: z.string().nullable(),
        due: z.number().nullable(),
        port: z.string().nullable(),
      }),
    )
    .default([]),
  progress: z.object({ done: z.int(), total: z.int().nullable() }).nullable(),
});

const forkLinkSchema = z.strictObject({ id: idSchema, at: z.int().positive() });

export const runSchema = runSummarySchema.extend({
  input: jsonValueSchema,
  output: jsonValueSchema,
  error: errorRecordSchema.nullable(),
  inputTokens: z.int(),
  outputTokens: z.int(),
  /** True where the offline demo model answered any part of it. */
  demo: z.boolean(),
  priority: z.int(),
  /** Number of the last event that this view holds. */
  seq: z.int(),
  steps: z.array(stepSchema),
  /** The run and event from which this one goes on, and the runs that go on from this one. */
  forkOf: forkLinkSchema.nullable(),
  forks: z.array(forkLinkSchema),
  /** Says so when the run has more steps than are listed; null otherwise. */
  note: z.string().nullable(),
});
export type Run = z.infer<typeof runSchema>;

export const eventsQuerySchema = z.strictObject({
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1_000).default(500),
});

/** A journal event: `seq`, `at` (epoch ms), `type` and what that type carries; engine/run/event.ts has the closed union. */
export const journalEventSchema = z.looseObject({ seq: z.int().positive(), at: z.number(), type: z.string() });

export const eventPageSchema = z.strictObject({
  events: z.array(journalEventSchema),
  /** `after` of the next page; null when this page ends with the last event so far. */
  nextAfter: z.int().nullable(),
  status: runStatusSchema,
});

export const cancelBodySchema = z.strictObject({ reason: z.string().max(1_000).default("") });
export const retryBodySchema = z.strictObject({
  /** Step to go on from: a node, or one inside a container by its path (`answers.3.draft`). The failed steps when it is left out. */
  from: z.string().min(1).max(500).optional(),
});
export const forkBodySchema = z.strictObject({
  /** Number of the last event that counts. */
  at: z.int().positive(),
  /** The same input when it is left out. */
  input: jsonValueSchema.optional(),
});
export const changeBodySchema = z
  .strictObject({
    /** Variables of the workflow by name. */
    variables: z.record(z.string().max(64), jsonValueSchema).default({}),
    /** Inputs of steps that have not ended, by step: what they get at their next attempt. */
    inputs: z.record(z.string().max(500), jsonValueSchema).default({}),
  })
  .refine(({ variables, inputs }) => Object.keys(variables).length + Object.keys(inputs).length > 0, {
    error: "must name a variable or a step",
  });
export const emptyBodySchema = z.strictObject({});
