import { z } from "zod";
import { workflowFileSchema } from "../../engine/workflow/file.ts";
import { idSchema, jsonValueSchema } from "./common.ts";

export const templateSummarySchema = z.strictObject({
  slug: z.string(),
  name: z.string(),
  description: z.string(),
  category: z.string(),
  /** Number of nodes. */
  nodes: z.int(),
});
export type TemplateSummary = z.infer<typeof templateSummarySchema>;

export const templateListSchema = z.array(templateSummarySchema);

export const templateSchema = templateSummarySchema.extend({
  definition: workflowFileSchema,
  /** An input to try it with; null where the template has none. */
  sampleInput: jsonValueSchema,
});
export type Template = z.infer<typeof templateSchema>;

export const templateParamsSchema = z.strictObject({ slug: z.string().max(100) });
export const useTemplateSchema = z.strictObject({ name: z.string().trim().min(1).max(200).optional() });
export const usedTemplateSchema = z.strictObject({ id: idSchema, version: z.int() });

/** Sidecar of the templates folder, `index.json`. */
export const templateIndexSchema = z.array(
  z.object({ slug: z.string(), category: z.string().default("General"), sampleInput: z.string().optional() }),
);
