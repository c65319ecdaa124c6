import { z } from "zod";
import { idSchema, momentSchema } from "./common.ts";

/** US dollars for a million tokens; null where the product's own price list is to tell. */
const priceSchema = z.number("a price must be a number").min(0).max(100_000).nullable().default(null);

export const providerModelSchema = z.strictObject({
  name: z.string().trim().min(1).max(200),
  inputUsd: priceSchema,
  outputUsd: priceSchema,
});
export type ProviderModel = z.infer<typeof providerModelSchema>;

const baseUrlSchema = z
  .string()
  .trim()
  .max(500)
  .refine(isPlainAddress, "must be an address such as https://api.openai.com/v1, without user, question mark or #")
  .transform((text) => text.replace(/\/+$/, ""));

function isPlainAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const bare = url.username === "" && url.password === "" && url.search === "" && url.hash === "";
  return bare && (url.protocol === "https:" || url.protocol === "http:");
}

const apiKeySchema = z
  .string()
  .trim()
  .min(1, "is empty; leave it out for a provider that wants none")
  .max(4_000)
  .regex(/^[\x21-\x7e]+$/, "must be one word without spaces");

const modelsSchema = z
  .array(providerModelSchema)
  .max(200)
  .refine((models) => new Set(models.map(({ name }) => name)).size === models.length, "names a model twice");

export const createModelProviderSchema = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1, "needs a name")
    .max(60)
    .regex(/^[^/]+$/, "must have no slash"),
  baseUrl: baseUrlSchema,
  defaultModel: z.string().trim().min(1, "say which model answers when a step names none").max(200),
  /** Those it offers; with none listed it is asked for any name. */
  models: modelsSchema.default([]),
  apiKey: apiKeySchema.nullable().default(null),
});
export type CreateModelProvider = z.infer<typeof createModelProviderSchema>;

/** As above; without `apiKey` the stored key stays, null takes it away. */
export const updateModelProviderSchema = createModelProviderSchema.extend({
  apiKey: apiKeySchema.nullable().optional(),
});
export type UpdateModelProvider = z.infer<typeof updateModelProviderSchema>;

export const modelProviderSchema = z.strictObject({
  id: idSchema,
  name: z.string(),
  baseUrl: z.string(),
  defaultModel: z.string(),
  models: z.array(providerModelSchema),
  hasKey: z.boolean(),
  createdAt: momentSchema,
  updatedAt: momentSchema,
  lastUsedAt: momentSchema.nullable(),
});
export type ModelProvider = z.infer<typeof modelProviderSchema>;

/** The model of the deployment, which answers where the organisation has none. */
export const fallbackModelSchema = z.strictObject({
  source: z.enum(["environment", "demo"]),
  provider: z.string(),
  model: z.string(),
});
export type FallbackModel = z.infer<typeof fallbackModelSchema>;

export const modelProviderListSchema = z.strictObject({
  /** In the order in which they are asked; the first answers steps that name no model. */
  items: z.array(modelProviderSchema),
  fallback: fallbackModelSchema,
});

/** A provider to try out: as typed in, with the stored key of `id` where none was typed. */
export const testModelProviderSchema = z.strictObject({
  id: idSchema.nullable().default(null),
  name: z.string().trim().max(60).default("The provider"),
  baseUrl: baseUrlSchema,
  model: z.string().trim().min(1).max(200),
  apiKey: apiKeySchema.nullable().default(null),
});
export type TestModelProvider = z.infer<typeof testModelProviderSchema>;

export const testedModelProviderSchema = z.strictObject({ ok: z.boolean(), message: z.string(), ms: z.number() });
export type TestedModelProvider = z.infer<typeof testedModelProviderSchema>;
