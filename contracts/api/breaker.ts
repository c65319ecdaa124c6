import { z } from "zod";
import { momentSchema } from "./common.ts";

export const breakerSchema = z.strictObject({
  kind: z.enum(["model", "host", "agent"]),
  /** Model, host, or id of the agent. */
  name: z.string(),
  /** As people call it: an agent by its name. */
  label: z.string(),
  /** Closed: calls go out. Open: none do, until `openUntil`. Half-open: one call finds out whether it works again. */
  state: z.enum(["closed", "open", "half-open"]),
  failures: z.int(),
  openUntil: momentSchema.nullable(),
});
export type Breaker = z.infer<typeof breakerSchema>;
export const breakerListSchema = z.strictObject({ items: z.array(breakerSchema) });
