import { z } from "zod";
import { workflowFileSchema } from "../../engine/workflow/file.ts";
import { idSchema, jsonValueSchema } from "./common.ts";

const familySchema = z.enum(["trigger", "agent", "logic", "people", "data", "flow"]);

/** A drawing of a graph without its words: what a card shows. Units are those of the canvas, from the upper left corner of all of it. */
export const pictureSchema = z.strictObject({
  width: z.number(),
  height: z.number(),
  /** Containers before what stands in them. */
  boxes: z.array(
    z.strictObject({
      x: z.number(),
      y: z.number(),
      width: z.number(),
      height: z.number(),
      family: familySchema,
      container: z.boolean(),
      name: z.string(),
    }),
  ),
  /** From an output to an input: x and y of each end. */
  lines: z.array(z.tuple([z.number(), z.number(), z.number(), z.number()])),
});
export type Picture = z.infer<typeof pictureSchema>;

export const templateSummarySchema = z.strictObject({
  /** Name of a template that comes with the product; id of one of the organisation's. */
  slug: z.string(),
  name: z.string(),
  description: z.string(),
  category: z.string(),
  origin: z.enum(["baton", "organization"]),
  /** Number of nodes. */
  nodes: z.int(),
  picture: pictureSchema,
});
export type TemplateSummary = z.infer<typeof templateSummarySchema>;

export const templateListSchema = z.array(templateSummarySchema);

export const templateSchema = templateSummarySchema.extend({
  definition: workflowFileSchema,
  /** An input to try it with; null where the template has none. */
  sampleInput: jsonValueSchema,
  /** What it takes to run it, in words. */
  needs: z.array(z.string()),
  /** The nodes that run, in the order in which they can, containers before their insides. */
  steps: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      title: z.string(),
      family: familySchema,
      icon: z.string(),
      summary: z.string(),
      /** Container in which the step stands; null for the graph itself. */
      container: z.string().nullable(),
    }),
  ),
  /** Of one run, before anything ran. */
  estimate: z.strictObject({ ms: z.number(), costUsd: z.number() }),
});
export type Template = z.infer<typeof templateSchema>;

export const templateParamsSchema = z.strictObject({ slug: z.string().max(100) });
export const useTemplateSchema = z.strictObject({ name: z.string().trim().min(1).max(200).optional() });
export const usedTemplateSchema = z.strictObject({ id: idSchema, version: z.int() });

/** Makes a template of what a workflow's draft is now. */
export const saveTemplateSchema = z.strictObject({
  workflowId: idSchema,
  name: z.string().trim().min(1).max(200),
  description: z.string().trim().max(2_000).default(""),
  category: z.string().trim().min(1).max(60).default("Our own"),
  sampleInput: jsonValueSchema.default(null),
});
export type SaveTemplate = z.output<typeof saveTemplateSchema>;
export const savedTemplateSchema = z.strictObject({ slug: z.string() });

/** Sidecar of the templates folder, `index.json`. */
export const templateIndexSchema = z.array(
  z.object({ slug: z.string(), category: z.string().default("General"), sampleInput: z.string().optional() }),
);
