import { z } from "zod";
import { agentSettingsSchema } from "../../engine/agent.ts";
import { idSchema, momentSchema, pageQuerySchema, pageSchema } from "./common.ts";

const nameSchema = z.string().trim().min(1, "needs a name").max(80);
const descriptionSchema = z.string().trim().max(2_000);
export const capabilitySchema = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9][a-z0-9 ._-]{0,39}$/, "must be a word or a few, such as summarise or contract-review");
const capabilitiesSchema = z
  .array(capabilitySchema)
  .max(20)
  .transform((list) => [...new Set(list)]);
const statusSchema = z.enum(["active", "disabled"]);
const noteSchema = z.string().trim().max(500);

export const createAgentSchema = z.strictObject({
  name: nameSchema,
  description: descriptionSchema.default(""),
  /** What it is able to do: another active agent with all of these takes over where it fails. */
  capabilities: capabilitiesSchema.default([]),
  status: statusSchema.default("active"),
  settings: agentSettingsSchema.prefault({}),
  note: noteSchema.default(""),
});
export type CreateAgent = z.infer<typeof createAgentSchema>;

/** Fields that are left out stay. Settings become a new version where they differ from the newest. */
export const updateAgentSchema = z.strictObject({
  name: nameSchema.optional(),
  description: descriptionSchema.optional(),
  capabilities: capabilitiesSchema.optional(),
  status: statusSchema.optional(),
  settings: agentSettingsSchema.optional(),
  /** What changed, for the list of versions. */
  note: noteSchema.default(""),
  /** The version that was edited: refused when there is a newer one. */
  version: z.int().min(1).optional(),
  /** Saves a contract that breaks workflows all the same. */
  acceptBreaking: z.boolean().default(false),
});
export type UpdateAgent = z.infer<typeof updateAgentSchema>;

/** How it did in the last 30 days. */
const agentRecordSchema = z.strictObject({
  calls: z.int(),
  succeeded: z.int(),
  costUsd: z.number(),
  /** Milliseconds that half of its calls took at most; null without any. */
  medianMs: z.number().nullable(),
  lastAt: momentSchema.nullable(),
});

export const agentSchema = z.strictObject({
  id: idSchema,
  name: z.string(),
  description: z.string(),
  capabilities: z.array(z.string()),
  status: statusSchema,
  /** The newest one. */
  version: z.int(),
  settings: agentSettingsSchema,
  record: agentRecordSchema,
  createdAt: momentSchema,
  updatedAt: momentSchema,
});
export type Agent = z.infer<typeof agentSchema>;

export const agentPageSchema = pageSchema(agentSchema);
export const agentListQuerySchema = pageQuerySchema.extend({
  /** Looked for in names, descriptions and capabilities. */
  search: z.string().max(200).optional(),
  status: statusSchema.optional(),
  capability: capabilitySchema.optional(),
});

const agentUseSchema = z.strictObject({
  workflowId: idSchema,
  workflowName: z.string(),
  /** Where it stands: in the draft, or in the version that runs start on. */
  where: z.enum(["draft", "published"]),
  node: z.string(),
  nodeName: z.string(),
  /** Null: the newest version whenever a run starts. */
  version: z.int().nullable(),
});
export type AgentUse = z.infer<typeof agentUseSchema>;
export const agentUseListSchema = z.strictObject({ items: z.array(agentUseSchema) });

export const agentVersionSchema = z.strictObject({
  version: z.int(),
  note: z.string(),
  settings: agentSettingsSchema,
  createdBy: idSchema.nullable(),
  createdAt: momentSchema,
});
export type AgentVersion = z.infer<typeof agentVersionSchema>;
export const agentVersionListSchema = z.strictObject({ items: z.array(agentVersionSchema) });

export const checkAgentSchema = z.strictObject({ settings: agentSettingsSchema });

/** What a change of contracts would break, before it is saved. */
export const agentCheckSchema = z.strictObject({
  compatible: z.boolean(),
  changes: z.array(z.strictObject({ side: z.enum(["input", "output"]), path: z.string(), message: z.string() })),
  /** Those that follow the newest version; pinned ones keep what they have. */
  breaks: z.array(agentUseSchema),
});
export type AgentCheck = z.infer<typeof agentCheckSchema>;
