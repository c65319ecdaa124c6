import { z } from "zod";
import type { BroadcastBody } from "./frames.ts";
import { replaySchema } from "./message-store.ts";

/** Some clients send booleans as text; the hosted product takes both. */
const flag = z
  .union([z.boolean(), z.stringbool({ truthy: ["true"], falsy: ["false"] })])
  .nullish()
  .transform((value) => value ?? false);

const configSchema = z.object({
  broadcast: z
    .object({ self: flag, ack: flag, replication_ready: flag, replay: replaySchema.nullish() })
    .nullish()
    .transform((value) => value ?? { self: false, ack: false, replication_ready: false, replay: null }),
  presence: z
    .object({ key: z.union([z.string(), z.number()]).nullish(), enabled: flag })
    .nullish()
    .transform((value) => ({ key: String(value?.key ?? ""), enabled: value?.enabled ?? false })),
  postgres_changes: z
    .array(z.record(z.string(), z.unknown()))
    .max(100)
    .nullish()
    .transform((value) => value ?? []),
  private: flag,
});
export type ChannelConfig = z.infer<typeof configSchema>;

/** The payload of phx_join. */
export const joinSchema = z.object({
  config: z
    .unknown()
    .optional()
    .transform((config) => config ?? {})
    .pipe(configSchema),
  access_token: z.string().nullish(),
  user_token: z.string().nullish(),
});

export const accessTokenSchema = z.object({ access_token: z.string().nullable() });

export const presenceSchema = z.object({
  event: z.string().transform((event) => event.toLowerCase()),
  payload: z.record(z.string(), z.unknown()).nullish(),
});

/** A broadcast that came as text; the binary form is read in frames.ts. */
export const broadcastSchema = z
  .object({
    event: z.string().min(1).max(255),
    payload: z.unknown().optional(),
    persist: z.unknown().optional(),
  })
  .transform(({ event, payload, persist }) => ({ event, body: toBody(payload), persist: Boolean(persist) }));

/** The body of POST …/api/broadcast. */
export const batchSchema = z.object({
  messages: z
    .array(
      z.object({
        topic: z.string().min(1).max(1024),
        event: z.string().min(1).max(255),
        payload: z.unknown().refine((payload) => payload !== undefined && payload !== null, "is required"),
        private: flag,
      }),
    )
    .min(1)
    .max(1_000),
});

export function toBody(payload: unknown): BroadcastBody {
  return { kind: "json", text: JSON.stringify(payload ?? {}) };
}

/** Bytes that a body adds to a frame. */
export function sizeOf(body: BroadcastBody): number {
  return body.kind === "json" ? Buffer.byteLength(body.text) : body.bytes.length;
}

/** The first fault of a payload, with its path, in one line. */
export function faultOf(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue ? `${issue.path.join(".") || "payload"}: ${issue.message}` : "payload is not understood";
}
