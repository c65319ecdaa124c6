import { z } from "zod";
import { idSchema, jsonValueSchema, momentSchema, pageQuerySchema, pageSchema } from "./common.ts";
import { eventNameSchema } from "./trigger.ts";

export const publishEventSchema = z.strictObject({
  name: eventNameSchema,
  /** Who it is for: listeners with another key do not hear it. */
  key: z.string().max(2_000).nullable().default(null),
  payload: jsonValueSchema.default(null),
  /** Your id of the event: told twice, it is one event. */
  id: z.string().min(1).max(200).optional(),
  /** Keeps it for who comes later: runs that begin to listen, triggers that ask for kept events. */
  keepSeconds: z
    .int()
    .min(0)
    .max(30 * 86_400)
    .default(0),
});

export const publishedEventSchema = z.strictObject({
  id: idSchema,
  /** True when it had been told before, and nothing happens again. */
  repeated: z.boolean(),
});

export const busEventSchema = z.strictObject({
  id: idSchema,
  name: z.string(),
  key: z.string().nullable(),
  payload: jsonValueSchema,
  /** The run that told it; null when it came by the API. */
  originRunId: idSchema.nullable(),
  toldBy: z.string().nullable(),
  keepUntil: momentSchema.nullable(),
  createdAt: momentSchema,
  dispatchedAt: momentSchema.nullable(),
});
export type BusEvent = z.output<typeof busEventSchema>;
export const busEventPageSchema = pageSchema(busEventSchema);
export const busEventQuerySchema = pageQuerySchema.extend({ name: eventNameSchema.optional() });

export const eventTypeParamsSchema = z.strictObject({ name: eventNameSchema });
export const putEventTypeSchema = z.strictObject({
  description: z.string().max(2_000).default(""),
  /** JSON Schema of the payload; null for anything. */
  schema: z.record(z.string(), jsonValueSchema).nullable().default(null),
});
export const eventTypeSchema = z.strictObject({
  name: z.string(),
  description: z.string(),
  schema: jsonValueSchema,
  createdAt: momentSchema,
  updatedAt: momentSchema,
});
export type EventType = z.output<typeof eventTypeSchema>;
export const eventTypeListSchema = z.strictObject({ items: z.array(eventTypeSchema) });
