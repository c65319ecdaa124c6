import { z } from "zod";
import { idSchema, jsonValueSchema } from "./common.ts";

export const formParamsSchema = z.strictObject({ token: z.string().max(100) });

/** A public form as who has its address sees it. */
export const formSchema = z.strictObject({
  title: z.string(),
  description: z.string(),
  /** JSON Schema of the input: what the form asks for. */
  schema: jsonValueSchema,
});

export const submitFormSchema = z.strictObject({
  input: jsonValueSchema.default({}),
  /** Made by the page when it opened: sending twice is one submission. */
  submissionId: z.uuid().optional(),
});

export const submittedFormSchema = z.strictObject({
  /** The run's id, to be quoted when asking about it. */
  reference: idSchema,
  thanks: z.string().nullable(),
});
