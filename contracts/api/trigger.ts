import { z } from "zod";
import { eventNamePattern } from "../../engine/run/listeners.ts";
import { idSchema, jsonValueSchema, momentSchema, pageQuerySchema, pageSchema } from "./common.ts";

export const triggerKinds = ["webhook", "schedule", "event", "form"] as const;
export const triggerKindSchema = z.enum(triggerKinds);
export type TriggerKind = z.infer<typeof triggerKindSchema>;

/** A name on the organisation's bus, such as `invoice.paid`. Names that begin with `baton.` are the product's own. */
export const eventNameSchema = z
  .string()
  .regex(eventNamePattern, "must be a name such as invoice.paid")
  .refine((name) => !name.startsWith("baton."), "must not begin with baton., which is kept for Baton itself");

const expressionSchema = z.string().min(1).max(4_000);

/** Headers that a workflow never sees: they prove who sent a request, or belong to a session. */
const hiddenHeaders =
  /^(?:authorization|cookie|set-cookie|proxy-.*|webhook-signature|stripe-signature|x-hub-signature.*)$/;

export const webhookConfigSchema = z.strictObject({
  /** How a request proves where it comes from; docs/screens/triggers.md. `none` lets in whoever knows the address. */
  signature: z.enum(["standard", "stripe", "github", "none"]).default("standard"),
  /** Answer at once with the run's id, or with the run's output once it has ended. */
  respond: z.enum(["async", "sync"]).default("async"),
  /** With `sync`: after so long the answer is 202 with the run's id. */
  timeoutSeconds: z.int().min(1).max(55).default(30),
  /** Gives the sender's id of the event, for senders that put it into the body; else it is read from well-known headers. */
  eventId: expressionSchema.nullable().default(null),
  /** Headers that `headers` holds in expressions. */
  headers: z
    .array(
      z
        .string()
        .trim()
        .toLowerCase()
        .regex(/^[a-z0-9-]{1,60}$/, "must be the name of a header")
        .refine((name) => !hiddenHeaders.test(name), "is kept from workflows, since it proves who sent the request"),
    )
    .max(20)
    .default([]),
  /** The run's input, with `{{ body.… }}`, `{{ headers["…"] }}` and `{{ query.… }}`; the body as it is when null. */
  input: jsonValueSchema.default(null),
});

export const scheduleConfigSchema = z.strictObject({
  /** Five fields: minute, hour, day of the month, month, day of the week. */
  cron: z.string().trim().min(9).max(120),
  timeZone: z.string().min(1).max(60).default("UTC"),
  /** Of fire times that were missed while nothing ran: none, the latest one, or all of them. */
  catchUp: z.enum(["skip", "latest", "all"]).default("latest"),
  /** With `all`: this many at most, the newest. */
  catchUpMost: z.int().min(1).max(100).default(10),
  /** The run's input; `{{ schedule.fireAt }}` is the moment it was due. */
  input: jsonValueSchema.default({}),
});

export const eventConfigSchema = z.strictObject({
  event: eventNameSchema,
  /** Starts a run only where this holds, such as `{{ event.payload.amount > 100 }}`. */
  filter: expressionSchema.nullable().default(null),
  /** The run's input, with `{{ event.payload.… }}`; the payload as it is when null. */
  input: jsonValueSchema.default(null),
  /** Also starts for events which were kept from before this trigger was made. */
  includeKept: z.boolean().default(false),
});

export const formConfigSchema = z.strictObject({
  /** The workflow's name and description where these are null. */
  title: z.string().trim().min(1).max(200).nullable().default(null),
  description: z.string().max(2_000).nullable().default(null),
  /** What is shown after submission, beside the reference. */
  thanks: z.string().max(1_000).nullable().default(null),
});

export type WebhookConfig = z.output<typeof webhookConfigSchema>;
export type ScheduleConfig = z.output<typeof scheduleConfigSchema>;
export type FormConfig = z.output<typeof formConfigSchema>;

/** Config by kind: which schema holds for a trigger's `config`. */
export const triggerConfigSchemas = {
  webhook: webhookConfigSchema,
  schedule: scheduleConfigSchema,
  event: eventConfigSchema,
  form: formConfigSchema,
} as const satisfies Record<TriggerKind, z.ZodType>;

const nameSchema = z.string().trim().min(1).max(120);
const versionSchema = z.int().positive().nullable();

/** A secret that the sender chose (Stripe, GitHub). Baton makes one when it is left out. */
const givenSecretSchema = z.string().min(16).max(200);

export const createTriggerSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("webhook"),
    name: nameSchema,
    enabled: z.boolean().default(true),
    version: versionSchema.default(null),
    config: webhookConfigSchema.prefault({}),
    secret: givenSecretSchema.optional(),
  }),
  z.strictObject({
    kind: z.literal("schedule"),
    name: nameSchema,
    enabled: z.boolean().default(true),
    version: versionSchema.default(null),
    config: scheduleConfigSchema,
  }),
  z.strictObject({
    kind: z.literal("event"),
    name: nameSchema,
    enabled: z.boolean().default(true),
    version: versionSchema.default(null),
    config: eventConfigSchema,
  }),
  z.strictObject({
    kind: z.literal("form"),
    name: nameSchema,
    /** A form is open to everybody with its address: somebody has to say so. */
    enabled: z.boolean().default(false),
    version: versionSchema.default(null),
    config: formConfigSchema.prefault({}),
  }),
]);
export type CreateTrigger = z.output<typeof createTriggerSchema>;

export const changeTriggerSchema = z.strictObject({
  name: nameSchema.optional(),
  enabled: z.boolean().optional(),
  version: versionSchema.optional(),
  /** Replaces the whole config; it is one of the trigger's kind. */
  config: z.record(z.string(), jsonValueSchema).optional(),
});
export type ChangeTrigger = z.output<typeof changeTriggerSchema>;

export const rotateTriggerSchema = z.strictObject({
  /** `secret`: the one that signs. `address`: the token in the URL; the old URL ends at once. */
  what: z.enum(["secret", "address"]),
  /** How long the secret before stays good beside the new one. */
  graceMinutes: z.int().min(0).max(10_080).default(60),
  secret: givenSecretSchema.optional(),
});

const triggerBase = {
  id: idSchema,
  workflowId: idSchema,
  name: z.string(),
  enabled: z.boolean(),
  /** Its runs start on this version; on the published one when null. */
  version: z.int().nullable(),
  /** Address of a form. A webhook's is shown only when it is made or rotated. */
  url: z.string().nullable(),
  /** The beginning of the address's token, by which people tell webhooks apart. */
  tokenHint: z.string().nullable(),
  /** Until then, the secret before the last rotation is good as well. */
  oldSecretUntil: momentSchema.nullable(),
  nextFireAt: momentSchema.nullable(),
  lastFiredAt: momentSchema.nullable(),
  /** Requests that were not let in, and why the last one was not. */
  refusedCount: z.int(),
  lastRefusal: z.string().nullable(),
  lastRefusedAt: momentSchema.nullable(),
  createdBy: idSchema.nullable(),
  createdAt: momentSchema,
  updatedAt: momentSchema,
};

export const triggerSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("webhook"), ...triggerBase, config: webhookConfigSchema }),
  z.strictObject({ kind: z.literal("schedule"), ...triggerBase, config: scheduleConfigSchema }),
  z.strictObject({ kind: z.literal("event"), ...triggerBase, config: eventConfigSchema }),
  z.strictObject({ kind: z.literal("form"), ...triggerBase, config: formConfigSchema }),
]);
export type Trigger = z.output<typeof triggerSchema>;

export const triggerListSchema = z.strictObject({ items: z.array(triggerSchema) });

/** What is shown this once: a webhook's address and secret. An idempotent repetition gets null for both. */
export const madeTriggerSchema = z.strictObject({
  trigger: triggerSchema,
  url: z.string().nullable(),
  secret: z.string().nullable(),
});
export type MadeTrigger = z.output<typeof madeTriggerSchema>;

export const deliveryStatusSchema = z.enum(["pending", "started", "refused", "filtered", "skipped"]);

export const deliverySchema = z.strictObject({
  id: idSchema,
  triggerId: idSchema,
  /** The sender's event id, the moment of a schedule, or the event of the bus. */
  key: z.string(),
  status: deliveryStatusSchema,
  payload: jsonValueSchema,
  /** The run it started; null unless it did. */
  runId: idSchema.nullable(),
  error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
  attempts: z.int(),
  /** How often the same came again without starting another run. */
  repeats: z.int(),
  redeliveryOf: idSchema.nullable(),
  createdAt: momentSchema,
  updatedAt: momentSchema,
});
export type Delivery = z.output<typeof deliverySchema>;

export const deliveryPageSchema = pageSchema(deliverySchema);
export const deliveryListQuerySchema = pageQuerySchema.extend({ status: deliveryStatusSchema.optional() });
export const deliveryParamsSchema = z.strictObject({ id: idSchema, deliveryId: idSchema });

export const previewScheduleSchema = z.strictObject({
  cron: scheduleConfigSchema.shape.cron,
  timeZone: z.string().min(1).max(60).default("UTC"),
  count: z.int().min(1).max(20).default(5),
});
export const schedulePreviewSchema = z.strictObject({ times: z.array(momentSchema) });

/** The step that waits, as the journal names it, such as `wait` or `each.3.wait`. */
export const callbackAddressSchema = z.strictObject({ step: z.string().min(1).max(1_000) });
export const callbackUrlSchema = z.strictObject({ url: z.string() });
