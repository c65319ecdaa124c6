import { z } from "zod";
import { idSchema, momentSchema, roleSchema } from "./common.ts";

/** Part of the API that a key may use, within what its role allows. */
export const scopeSchema = z.enum(["read", "workflows", "runs", "approvals", "api-keys", "settings"]);
export type Scope = z.infer<typeof scopeSchema>;

export const apiKeySchema = z.strictObject({
  id: idSchema,
  name: z.string(),
  /** First characters of the key, by which people tell their keys apart. */
  prefix: z.string(),
  role: roleSchema,
  /** Empty means all that the role allows. */
  scopes: z.array(scopeSchema),
  createdAt: momentSchema,
  createdBy: idSchema.nullable(),
  lastUsedAt: momentSchema.nullable(),
  expiresAt: momentSchema.nullable(),
  revokedAt: momentSchema.nullable(),
});
export type ApiKey = z.infer<typeof apiKeySchema>;

export const apiKeyListSchema = z.strictObject({ items: z.array(apiKeySchema) });

export const createApiKeySchema = z.strictObject({
  name: z.string().trim().min(1).max(120),
  role: roleSchema.default("operator"),
  scopes: z.array(scopeSchema).max(scopeSchema.options.length).default([]),
  expiresAt: momentSchema.nullable().default(null),
});
export type CreateApiKey = z.infer<typeof createApiKeySchema>;

/** `key` is shown this once; an idempotent repetition gets null. */
export const createdApiKeySchema = apiKeySchema.extend({ key: z.string().nullable() });
