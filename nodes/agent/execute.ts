import { agentOf, type AgentSettings } from "../../engine/agent.ts";
import { isJsonObject, type Json, type JsonObject } from "../../engine/json.ts";
import type { ModelAnswer } from "../../engine/ports/model.ts";
import { asText } from "../../engine/workflow/resolve.ts";
import type { Execute, ExecuteContext } from "../define-node.ts";

type Request = Parameters<ExecuteContext["model"]>[0];

export const executeAgent: Execute = async (context, input) => {
  const ref = agentOf(input);
  if (ref === null) return outcomeOf(context, await context.model(requestOf(input)), requestOf(input));
  let request = requestOf(input);
  const answer = await context.agent(ref, input["input"] ?? {}, ({ name, settings }) => {
    request = requestOf(input, { name, settings });
    return context.model(request);
  });
  return outcomeOf(context, answer, request);
};

function outcomeOf(context: ExecuteContext, answer: ModelAnswer, { schema }: Request) {
  if (answer.finish === "length") context.log("warn", "The answer was cut at the limit of tokens.");
  return { output: schema === undefined ? { text: answer.text } : answer.value };
}

/** What the model is asked: the node's own settings, on top of those of the registered agent. */
function requestOf(input: Record<string, Json>, agent?: { name: string; settings: AgentSettings }): Request {
  const settings = agent?.settings;
  const schema = isJsonObject(input["outputSchema"]) ? input["outputSchema"] : (settings?.output ?? null);
  const temperature = numberOf(input["temperature"]) ?? settings?.temperature ?? null;
  const maxTokens = numberOf(input["maxTokens"]) ?? settings?.maxTokens ?? null;
  const own = typeof input["model"] === "string" ? input["model"] : null;
  const fallbackModels = Array.isArray(input["fallbackModels"])
    ? input["fallbackModels"].filter((name) => typeof name === "string")
    : settings?.fallbackModels;
  const instructions = [settings?.instructions ?? "", asText(input["instructions"] ?? "")].filter(
    (text) => text !== "",
  );
  const given = isJsonObject(input["input"]) ? `\n\n${JSON.stringify(input["input"], null, 2)}` : "";
  return {
    model: own ?? settings?.model ?? null,
    ...(fallbackModels === undefined ? {} : { fallbackModels }),
    messages: [
      ...(instructions.length === 0 ? [] : [{ role: "system" as const, content: instructions.join("\n\n") }]),
      { role: "user" as const, content: `${asText(input["prompt"] ?? "")}${given}` },
    ],
    ...(temperature === null ? {} : { temperature }),
    ...(maxTokens === null ? {} : { maxTokens }),
    ...(schema === null ? {} : { schema: { name: schemaName(schema, agent?.name), schema } }),
  };
}

function numberOf(value: Json | undefined): number | null {
  return typeof value === "number" ? value : null;
}

function schemaName(schema: JsonObject, fallback = "answer"): string {
  const title = typeof schema["title"] === "string" ? schema["title"] : fallback;
  return title.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 60) || "answer";
}
