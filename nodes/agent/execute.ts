import { isJsonObject, type JsonObject } from "../../engine/json.ts";
import { asText } from "../../engine/workflow/resolve.ts";
import type { Execute } from "../define-node.ts";

export const executeAgent: Execute = async (context, input) => {
  const schema = isJsonObject(input["outputSchema"]) ? input["outputSchema"] : null;
  const instructions = asText(input["instructions"] ?? "");
  const answer = await context.model({
    model: typeof input["model"] === "string" ? input["model"] : null,
    ...(Array.isArray(input["fallbackModels"])
      ? { fallbackModels: input["fallbackModels"].filter((name) => typeof name === "string") }
      : {}),
    messages: [
      ...(instructions === "" ? [] : [{ role: "system" as const, content: instructions }]),
      { role: "user" as const, content: asText(input["prompt"] ?? "") },
    ],
    ...(typeof input["temperature"] === "number" ? { temperature: input["temperature"] } : {}),
    ...(typeof input["maxTokens"] === "number" ? { maxTokens: input["maxTokens"] } : {}),
    ...(schema === null ? {} : { schema: { name: schemaName(schema), schema } }),
  });
  if (answer.finish === "length") context.log("warn", "The answer was cut at the limit of tokens.");
  return { output: schema === null ? { text: answer.text } : answer.value, usage: [answer.usage] };
};

function schemaName(schema: JsonObject): string {
  const title = typeof schema["title"] === "string" ? schema["title"] : "answer";
  return title.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 60) || "answer";
}
