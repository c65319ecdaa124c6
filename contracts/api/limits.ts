import { z } from "zod";
import { idSchema } from "./common.ts";

const steps = z.int().min(1).max(100_000);

/** What an organisation bounds itself by. Null, or a name that is not listed: not bounded. All workers count together. */
export const limitsSchema = z.strictObject({
  /** US dollars a calendar month (UTC). */
  monthlyBudgetUsd: z.number().positive().max(1e9).nullable().default(null),
  /** Runs that may be queued; starting more is refused. Null: as the deployment has it. */
  queuedRuns: z.int().min(1).max(1_000_000).nullable().default(null),
  /** Steps that call something (models, HTTP) at once, over all runs. */
  steps: steps.nullable().default(null),
  /** The same by workflow, by registered agent and, for calls to models, by provider. */
  workflows: z.record(idSchema, steps).default({}),
  agents: z.record(idSchema, steps).default({}),
  providers: z.record(z.string().trim().min(1).max(60), steps).default({}),
});
export type Limits = z.infer<typeof limitsSchema>;

export const limitsViewSchema = z.strictObject({
  limits: limitsSchema,
  now: z.strictObject({
    queuedRuns: z.int(),
    /** What holds where `queuedRuns` is null. */
    mostQueuedRuns: z.int(),
    spentThisMonthUsd: z.number(),
  }),
});
export type LimitsView = z.infer<typeof limitsViewSchema>;
