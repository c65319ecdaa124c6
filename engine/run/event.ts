import { z } from "zod";
import { errorRecordSchema } from "../errors.ts";
import type { Json } from "../json.ts";

const json: z.ZodType<Json> = z.json();

/** Who did something: shown in the log, the audit and the step. */
export const actorSchema = z.strictObject({
  kind: z.enum(["user", "api_key", "system", "link"]),
  id: z.string().nullable(),
  label: z.string(),
});
export type Actor = z.infer<typeof actorSchema>;

/** What a step cost. Money in US dollars, as the price table of the model gave it at that time. */
export const usageSchema = z.strictObject({
  model: z.string(),
  provider: z.string(),
  inputTokens: z.int().nonnegative(),
  outputTokens: z.int().nonnegative(),
  costUsd: z.number().nonnegative(),
  /** True where the offline demo model answered: the product labels such answers. */
  demo: z.boolean().default(false),
  /** The registered agent that answered, at the version that the run is pinned to. */
  agent: z.strictObject({ id: z.string(), name: z.string(), version: z.int().positive() }).optional(),
});
export type Usage = z.infer<typeof usageSchema>;

export const logLineSchema = z.strictObject({
  at: z.number(),
  level: z.enum(["info", "warn", "error"]),
  message: z.string().max(4_000),
});
export type LogLine = z.infer<typeof logLineSchema>;

/** What a node brings: its output, the ports it takes (absent = every output port) and the variables it writes. */
export const outcomeSchema = z.strictObject({
  output: json,
  ports: z.array(z.string()).optional(),
  vars: z.record(z.string(), json).optional(),
  usage: z.array(usageSchema).optional(),
  logs: z.array(logLineSchema).max(1_000).optional(),
  /** Items for a loop that is under way around or beside the step; `close` says that no more come. */
  append: z.strictObject({ loop: z.string(), items: z.array(json), close: z.boolean() }).optional(),
  /** What the step told the run itself (and the organisation, where its executor said so). */
  emitted: z.strictObject({ name: z.string(), key: z.string().nullable(), payload: json }).optional(),
});
export type Outcome = z.infer<typeof outcomeSchema>;

export const approvalOptionSchema = z.strictObject({
  /** The name of the output port the decision takes. */
  id: z.string().min(1).max(64),
  label: z.string().min(1).max(200),
  kind: z.enum(["approve", "reject", "changes", "other"]),
});

export const approvalFieldSchema = z.strictObject({
  name: z.string().min(1).max(64),
  label: z.string().max(200),
  type: z.enum(["string", "text", "number", "boolean", "date"]),
  required: z.boolean().default(false),
});

/** All that a person needs to decide, frozen when it is asked. */
export const approvalRequestSchema = z.strictObject({
  title: z.string().max(500),
  description: z.string().max(50_000),
  options: z.array(approvalOptionSchema).min(1).max(10),
  preselected: z.string().nullable(),
  recommended: z.string().nullable(),
  recommendation: z.string().max(20_000).nullable(),
  assignee: z.strictObject({ kind: z.enum(["anyone", "user", "role", "group"]), id: z.string().nullable() }),
  urgency: z.enum(["low", "normal", "high", "critical"]),
  deadlineMs: z.int().positive(),
  onTimeout: z.enum(["reject", "escalate", "approve"]),
  escalateTo: z
    .strictObject({ kind: z.enum(["anyone", "user", "role", "group"]), id: z.string().nullable() })
    .nullable(),
  fields: z.array(approvalFieldSchema).max(50),
  channels: z.array(z.enum(["inbox", "email", "slack"])),
  context: json,
});
export type ApprovalRequest = z.infer<typeof approvalRequestSchema>;

export const decisionSchema = z.strictObject({
  approvalId: z.uuid(),
  decision: z.string(),
  comment: z.string().nullable(),
  fields: z.record(z.string(), json),
  by: actorSchema,
  via: z.enum(["app", "link", "api", "slack", "system"]),
  /** True when the deadline decided. */
  expired: z.boolean().default(false),
});
export type Decision = z.infer<typeof decisionSchema>;

const step = { step: z.string(), attempt: z.int().positive() };
/** Number of the request for it: they grow in the order in which people asked. */
const signal = z.int().positive().optional();

/**
 * The journal of a run: a closed union, so that an event which does not parse cannot be written or folded.
 * What follows from an event by the rules alone (edges taken or skipped, steps skipped, frames opened and closed, run waiting)
 * is derived by `apply` and never written: that keeps a thousand loop turns at one event each.
 * A step is named by its path: node ids and iteration numbers joined by dots, for example `answers.3.draft`.
 */
export const eventBodySchema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("run-queued"),
    input: json,
    workflowId: z.uuid(),
    version: z.int().positive(),
    by: actorSchema,
    trigger: z.enum(["api", "manual", "webhook", "schedule", "event", "cli", "retry", "form", "sub-workflow"]),
    /** The step that called this run as a sub-workflow. */
    /** The run, and its event, from which this one goes on. */
    fork: z.strictObject({ runId: z.uuid(), at: z.int().positive() }).optional(),
    parent: z.strictObject({ runId: z.uuid(), step: z.string(), depth: z.int().positive() }).optional(),
    /** The secret part of the marks that stand for addresses of its waits. */
    callbackKey: z.string().min(1).max(100).optional(),
  }),
  z.strictObject({ type: z.literal("run-started") }),
  z.strictObject({ type: z.literal("run-paused"), by: actorSchema, signal }),
  /** Also of a run that was not paused, where a pause asked for before may still be on its way. */
  z.strictObject({ type: z.literal("run-resumed"), by: actorSchema, signal }),
  /** Somebody changed variables, or what steps that have not ended get at their next attempt. */
  z.strictObject({
    type: z.literal("run-changed"),
    by: actorSchema,
    vars: z.record(z.string(), json),
    inputs: z.record(z.string(), json),
  }),
  z.strictObject({ type: z.literal("run-retried"), by: actorSchema, from: z.array(z.string()), signal }),
  z.strictObject({ type: z.literal("run-completed"), output: json }),
  z.strictObject({ type: z.literal("run-failed"), error: errorRecordSchema, step: z.string().nullable() }),
  z.strictObject({ type: z.literal("run-cancelled"), by: actorSchema, reason: z.string() }),

  z.strictObject({
    type: z.literal("step-scheduled"),
    ...step,
    input: json,
    /** Epoch ms at which all of its attempts together must be over. */
    until: z.number().optional(),
    /** US dollars by which people had raised the run's budget. */
    raisedUsd: z.number().positive().optional(),
  }),
  z.strictObject({
    type: z.literal("step-started"),
    ...step,
    worker: z.string(),
    /** 1 for the first worker that took it from the queue, one more for each after a death; 0 where it began without the queue. */
    claim: z.int().nonnegative(),
  }),
  z.strictObject({ type: z.literal("step-completed"), ...step, ...outcomeSchema.shape, input: json.optional() }),
  z.strictObject({
    type: z.literal("step-failed"),
    ...step,
    error: errorRecordSchema,
    /** Epoch ms at which the next attempt is due; null when this was the last. */
    retryAt: z.number().nullable(),
    usage: z.array(usageSchema).optional(),
    logs: z.array(logLineSchema).max(1_000).optional(),
  }),
  z.strictObject({
    type: z.literal("approval-requested"),
    step: z.string(),
    approvalId: z.uuid(),
    request: approvalRequestSchema,
    /** Epoch ms. */
    deadline: z.number(),
  }),
  z.strictObject({
    type: z.literal("approval-escalated"),
    step: z.string(),
    approvalId: z.uuid(),
    deadline: z.number(),
  }),
  z.strictObject({ type: z.literal("approval-decided"), step: z.string(), decision: decisionSchema }),
  /** `until` is epoch ms; null where only an event ends the wait. */
  z.strictObject({
    type: z.literal("wait-started"),
    step: z.string(),
    until: z.number().nullable(),
    event: z.strictObject({ name: z.string(), key: z.string().nullable() }).optional(),
  }),
  /** A step began to listen: what its handlers' templates gave, in their order. Opens a `parallel` or `try`. `due` is epoch ms. */
  z.strictObject({
    type: z.literal("handlers-armed"),
    step: z.string(),
    handlers: z.array(z.strictObject({ key: z.string().nullable(), due: z.number().nullable() })),
  }),
  z.strictObject({
    type: z.literal("event-received"),
    id: z.string().max(300),
    name: z.string().max(200),
    key: z.string().max(2_000).nullable(),
    payload: json,
  }),
  z.strictObject({
    type: z.literal("child-started"),
    ...step,
    childId: z.uuid(),
    workflowId: z.uuid(),
    /** Null for the newest published version at that time. */
    version: z.int().positive().nullable(),
    depth: z.int().positive(),
    input: json,
  }),
  /** The run failed and is rolled back: compensations run before it ends. */
  z.strictObject({ type: z.literal("rollback-started"), error: errorRecordSchema, step: z.string().nullable() }),
  z.strictObject({ type: z.literal("timer-fired"), key: z.string() }),
  z.strictObject({
    type: z.literal("loop-opened"),
    step: z.string(),
    /** The list of an `each` loop; absent for `times` and `while`. */
    items: z.array(json).optional(),
    /** Iterations; null while a condition decides. */
    total: z.int().nonnegative().nullable(),
    concurrency: z.int().positive(),
    /** True where items may be appended from outside until the loop is closed. */
    open: z.boolean().optional(),
  }),
  /** A completion rule was evaluated when `index` iterations had ended. */
  z.strictObject({
    type: z.literal("loop-judged"),
    step: z.string(),
    index: z.int().nonnegative(),
    holds: z.boolean(),
  }),
  z.strictObject({
    type: z.literal("loop-checked"),
    step: z.string(),
    index: z.int().nonnegative(),
    holds: z.boolean(),
  }),
]);
export type EventBody = z.infer<typeof eventBodySchema>;
export type EventType = EventBody["type"];

export const runEventSchema = z.intersection(z.object({ seq: z.int().positive(), at: z.number() }), eventBodySchema);
/** A journal event: its number in the run (1, 2, 3 … without a gap) and when it was written (epoch ms). */
export type RunEvent = EventBody & { seq: number; at: number };
export type EventOf<T extends EventType> = Extract<RunEvent, { type: T }>;
