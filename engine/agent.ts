import { z } from "zod";
import type { Json, JsonObject } from "./json.ts";

const json: z.ZodType<Json> = z.json();
/** A JSON Schema (2020-12) whose top is an object: fields are what people and workflows name. */
const contract = z
  .record(z.string(), json)
  .refine((schema) => schema["type"] === "object", { error: 'must be a JSON Schema of "type": "object"' });

/** What a version of a registered agent is made of. */
export const agentSettingsSchema = z.strictObject({
  /** As the provider calls it; null for the organisation's default. */
  model: z.string().trim().min(1).max(200).nullable().default(null),
  /** Asked in this order while the model is away or keeps failing. */
  fallbackModels: z.array(z.string().trim().min(1).max(200)).max(5).default([]),
  /** Its system prompt: who it is and how it works. */
  instructions: z.string().max(50_000).default(""),
  temperature: z.number().min(0).max(2).nullable().default(null),
  maxTokens: z.int().min(1).max(200_000).nullable().default(null),
  /** What it must be given; null when it takes anything. */
  input: contract.nullable().default(null),
  /** What it promises to answer; null for free text. */
  output: contract.nullable().default(null),
});
export type AgentSettings = z.infer<typeof agentSettingsSchema>;

/** How a node names an agent: by its id, at one version or at the newest there is when a run is queued. */
export const agentRefSchema = z.strictObject({
  id: z.uuid(),
  version: z.int().min(1).nullable().default(null),
});
export type AgentRef = z.infer<typeof agentRefSchema>;

/** The agent that a node's config names; null when it names none. */
export function agentOf(config: Readonly<Record<string, Json>>): AgentRef | null {
  const parsed = agentRefSchema.safeParse(config["agent"]);
  return parsed.success ? parsed.data : null;
}

/** Fields that an agent must be given and a node does not give. */
export function missingInputs(input: JsonObject | null, given: Json | undefined): string[] {
  const required = Array.isArray(input?.["required"]) ? input["required"] : [];
  const names = typeof given === "object" && given !== null && !Array.isArray(given) ? given : {};
  return required.filter((name): name is string => typeof name === "string" && !Object.hasOwn(names, name));
}
