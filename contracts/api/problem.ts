import { z } from "zod";
import { errorCodeSchema } from "../../engine/errors.ts";
import { jsonValueSchema } from "./common.ts";

/** One fault of a request: where (JSON pointer into the body, or the name of a parameter), what, and what to do. */
export const fieldProblemSchema = z.strictObject({
  path: z.string(),
  code: z.string(),
  message: z.string(),
  fix: z.string().optional(),
  /** Node of the workflow that the fault stands in. */
  node: z.string().nullable().optional(),
  /** The way through the graph that shows it. */
  witness: z.array(z.string()).optional(),
  severity: z.enum(["error", "warning"]).optional(),
});
export type FieldProblem = z.infer<typeof fieldProblemSchema>;

/** RFC 9457, with our stable `code`. `type` is the address of the page that explains the code. */
export const problemSchema = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: errorCodeSchema,
  detail: z.string(),
  /** Names the request in our logs. */
  requestId: z.string(),
  errors: z.array(fieldProblemSchema).default([]),
  /** What stands on the server, where the request lost against it (409). */
  current: jsonValueSchema.optional(),
});
export type Problem = z.infer<typeof problemSchema>;
