import { z } from "zod";
import type { JsonObject } from "../../engine/json.ts";

/** The part of the OpenAI chat completions protocol that our own servers speak. */

const part = z.looseObject({ type: z.string(), text: z.string().optional() });
const content = z.union([z.string(), z.array(part), z.null()]).optional();
const schemaObject = z.record(z.string(), z.json());

const toolCallSchema = z.looseObject({
  id: z.string(),
  function: z.looseObject({ name: z.string(), arguments: z.string() }),
});

export const completionRequestSchema = z.looseObject({
  model: z.string().min(1),
  messages: z
    .array(
      z.looseObject({
        role: z.enum(["system", "developer", "user", "assistant", "tool"]),
        content,
        tool_calls: z.array(toolCallSchema).optional(),
      }),
    )
    .min(1),
  stream: z.boolean().optional(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
  max_tokens: z.int().positive().nullish(),
  max_completion_tokens: z.int().positive().nullish(),
  response_format: z
    .union([
      z.looseObject({
        type: z.literal("json_schema"),
        json_schema: z.looseObject({ name: z.string(), schema: schemaObject.default({}) }),
      }),
      z.looseObject({ type: z.enum(["text", "json_object"]) }),
    ])
    .optional(),
  tools: z
    .array(
      z.looseObject({
        type: z.literal("function"),
        function: z.looseObject({
          name: z.string(),
          description: z.string().default(""),
          parameters: schemaObject.default({}),
        }),
      }),
    )
    .optional(),
  tool_choice: z
    .union([z.enum(["none", "auto", "required"]), z.looseObject({ function: z.looseObject({ name: z.string() }) })])
    .optional(),
});
export type CompletionRequest = z.infer<typeof completionRequestSchema>;

/** What a server of ours answers; how it is cut into chunks is the server's business. */
export interface Reply {
  content?: string;
  toolCalls?: { name: string; arguments: JsonObject }[];
  refusal?: string;
  finish?: "stop" | "length" | "content_filter" | "tool_calls";
}

/** The text of a message, whichever of its two forms it came in. */
export function textOf(message: CompletionRequest["messages"][number]): string {
  if (typeof message.content === "string") return message.content;
  return (message.content ?? []).map((piece) => piece.text ?? "").join("\n");
}

/** The schema that the answer must follow, or null for free text. */
export function schemaOf(request: CompletionRequest): JsonObject | null {
  const format = request.response_format;
  return format !== undefined && "json_schema" in format && format.type === "json_schema"
    ? (format.json_schema as { schema: JsonObject }).schema
    : null;
}

/** Four characters a token: near enough for a demonstration and for providers that count nothing. */
export function estimateTokens(characters: number): number {
  return Math.ceil(characters / 4);
}
