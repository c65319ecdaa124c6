import { z } from "zod";
import type { Json } from "../json.ts";

/** Named limits of a workflow file (units in the name). Past one of them the file is refused, never cut. */
export const fileLimits = {
  nodes: 1_000,
  edges: 4_000,
  bytes: 1_000_000,
  nestingDepth: 25,
  loopItems: 10_000,
} as const;

export const identifierPattern = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;

/** Names that a reference already means something else by, so no node may carry them. */
export const reservedNames = ["input", "vars", "run", "loop", "error", "in", "true", "false", "null", "undefined"];

const identifier = z
  .string()
  .regex(identifierPattern, "must be an identifier: letters, digits and _, a letter first, 64 at most");

const nodeId = identifier.refine((id) => !reservedNames.includes(id), {
  error: "is a reserved name in references; choose another id",
});

const jsonValue: z.ZodType<Json> = z.json();

export const retrySchema = z.strictObject({
  maxAttempts: z.int().min(1).max(20).default(3),
  backoff: z.enum(["exponential", "linear", "fixed"]).default("exponential"),
  delayMs: z.int().min(0).max(3_600_000).default(1_000),
});
export type Retry = z.infer<typeof retrySchema>;

export const onErrorSchema = z.union([z.enum(["fail", "skip", "port"]), z.strictObject({ value: jsonValue })]);
export type OnError = z.infer<typeof onErrorSchema>;

export const joinSchema = z.union([z.enum(["all", "any"]), z.strictObject({ atLeast: z.int().min(1).max(1_000) })]);
export type Join = z.infer<typeof joinSchema>;

export const nodeSchema = z.strictObject({
  id: nodeId,
  type: z.string().min(1).max(64),
  name: z.string().max(200).optional(),
  parentId: nodeId.nullable().default(null),
  position: z.strictObject({ x: z.number(), y: z.number() }).default({ x: 0, y: 0 }),
  size: z.strictObject({ width: z.number().positive(), height: z.number().positive() }).optional(),
  config: z.record(z.string(), jsonValue).default({}),
  retry: retrySchema.optional(),
  timeoutMs: z.int().min(1).max(86_400_000).optional(),
  onError: onErrorSchema.default("fail"),
  join: joinSchema.default("all"),
  irreversible: z.boolean().default(false),
});
export type WorkflowNode = z.infer<typeof nodeSchema>;

export const edgeSchema = z.strictObject({
  id: z.string().min(1).max(128),
  source: nodeId,
  sourcePort: z.string().min(1).max(64).default("out"),
  target: nodeId,
  targetPort: z.string().min(1).max(64).default("in"),
});
export type WorkflowEdge = z.infer<typeof edgeSchema>;

export const variableSchema = z.strictObject({
  name: identifier,
  type: z.enum(["string", "number", "boolean", "object", "array", "any"]).default("any"),
  default: jsonValue.default(null),
});

export const settingsSchema = z.strictObject({
  maxConcurrency: z.int().min(1).max(1_000).default(10),
  timeoutMs: z.int().min(1_000).max(31_536_000_000).default(3_600_000),
  budgetUsd: z.number().positive().nullable().default(null),
  onFailure: z.enum(["stop", "finishOthers"]).default("stop"),
});

/** The workflow file of the contract. Strict everywhere: an unknown field is refused with its path, never dropped. */
export const workflowFileSchema = z.strictObject({
  schemaVersion: z.literal(1, { error: "schemaVersion must be 1; this product does not read later versions" }),
  name: z.string().min(1).max(200),
  description: z.string().max(10_000).default(""),
  input: z.record(z.string(), jsonValue).default({ type: "object", properties: {} }),
  variables: z.array(variableSchema).max(200).default([]),
  settings: settingsSchema.prefault({}),
  nodes: z.array(nodeSchema).max(fileLimits.nodes),
  edges: z.array(edgeSchema).max(fileLimits.edges).default([]),
});
export type WorkflowFile = z.infer<typeof workflowFileSchema>;
/** What people write: the same with every default left out. */
export type WorkflowFileInput = z.input<typeof workflowFileSchema>;
