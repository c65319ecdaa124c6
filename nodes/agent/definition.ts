import { z } from "zod";
import { agentOf, agentRefSchema } from "../../engine/agent.ts";
import { defineNode, templated } from "../define-node.ts";
import { copyPorts, straight } from "../ports.ts";

export const agentConfigSchema = z.strictObject({
  agent: agentRefSchema.nullable().optional().meta({
    title: "Registered agent",
    description: "Its model, instructions and answer hold; what is set below comes on top.",
    control: "agent",
  }),
  model: z
    .string()
    .max(200)
    .nullable()
    .default(null)
    .meta({ description: "As the provider calls it. Empty: the default model.", placeholder: "Default model" }),
  instructions: z
    .string()
    .max(50_000)
    .default("")
    .meta({ description: "Who the agent is and how it works; the same for every run." }),
  prompt: z
    .string()
    .min(1, "say what the agent shall do")
    .max(200_000)
    .meta({ description: "What it shall do now. Type {{ to put in what earlier steps gave." }),
  input: z.record(z.string(), z.json()).optional().meta({
    rare: true,
    title: "Given to the agent",
    description: "The fields that a registered agent asks for; they are told after the prompt.",
  }),
  outputSchema: z.record(z.string(), z.json()).nullable().default(null).meta({
    title: "Answer with fields",
    description: "With fields, the outputs are the answer itself; without, they are its text.",
    control: "schema",
  }),
  temperature: templated(z.number().min(0).max(2))
    .optional()
    .meta({ rare: true, description: "From 0, always alike, to 2. Empty: as the model has it." }),
  fallbackModels: z.array(z.string().min(1).max(200)).max(5).optional().meta({
    rare: true,
    title: "If it fails",
    description: "Models that are asked instead, in this order, while the one above is away or keeps failing.",
  }),
  maxTokens: z
    .int()
    .min(1)
    .max(200_000)
    .optional()
    .meta({ rare: true, title: "Longest answer", description: "In tokens, of about four letters each." }),
});

/** Rough figures until a workflow has a history of its own: a mid-priced model at 1 and 5 US dollars a million tokens. */
const charactersPerToken = 4;
const usualContextTokens = 2_000;
const usualAnswerTokens = 800;

export const agent = defineNode({
  type: "agent",
  behaviour: "effect",
  title: "Agent",
  description: "A model that reads, thinks and answers, in text or in a form you choose.",
  family: "agent",
  icon: "bot",
  config: agentConfigSchema,
  ports: () => copyPorts(straight),
  summary: (config) => {
    const ref = agentOf(config);
    if (ref !== null) return ref.version === null ? "registered agent" : `registered agent · v${ref.version}`;
    const model = typeof config["model"] === "string" ? config["model"] : "default model";
    return config["outputSchema"] ? `${model} · structured` : model;
  },
  initialConfig: { model: null, instructions: "", prompt: "{{ input }}", outputSchema: null },
  outputType: () => "object",
  estimate: (config) => {
    const written = String(config["instructions"] ?? "").length + String(config["prompt"] ?? "").length;
    const inputTokens = written / charactersPerToken + usualContextTokens;
    const outputTokens = typeof config["maxTokens"] === "number" ? config["maxTokens"] : usualAnswerTokens;
    return { ms: 1_000 + outputTokens * 10, costUsd: (inputTokens * 1 + outputTokens * 5) / 1_000_000 };
  },
});
