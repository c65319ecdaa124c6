import { z } from "zod";

export const serviceHealthSchema = z.enum(["healthy", "unhealthy"]);

/** The same body with 200 and 503; `status` is healthy only when every service is. */
export const healthSchema = z.strictObject({
  status: serviceHealthSchema,
  services: z.strictObject({
    database: serviceHealthSchema,
    redis: serviceHealthSchema,
    realtime: serviceHealthSchema,
    workers: serviceHealthSchema,
  }),
});
export type Health = z.infer<typeof healthSchema>;
export type ServiceName = keyof Health["services"];
