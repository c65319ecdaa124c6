import { z } from "zod";
import type { Json } from "../../engine/json.ts";

/** Any JSON value. Lazy and recursive, so the OpenAPI document shows it as "anything". */
export const jsonValueSchema: z.ZodType<Json> = z.json();

export const idSchema = z.uuid();

/** A moment as it crosses the wire: ISO 8601 in UTC. */
export const momentSchema = z.iso.datetime({ offset: true });

/** Query of every list. `cursor` is opaque: it is the `nextCursor` of the page before. */
export const pageQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
});

/** A page of a list; `nextCursor` is null on the last one. */
export function pageSchema<T extends z.ZodType>(
  item: T,
): z.ZodObject<{ items: z.ZodArray<T>; nextCursor: z.ZodNullable<z.ZodString> }, z.core.$strict> {
  return z.strictObject({ items: z.array(item), nextCursor: z.string().nullable() });
}

export const idParamsSchema = z.strictObject({ id: idSchema });

export const roles = ["owner", "admin", "builder", "operator", "approver", "viewer"] as const;
export const roleSchema = z.enum(roles);
/** What a member may do, from most to least; server/auth/authorize.ts says what each means. */
export type Role = z.infer<typeof roleSchema>;
