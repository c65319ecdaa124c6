import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { isJsonObject } from "../../../engine/json.ts";
import { completionBody, streamCompletion } from "../completion.ts";
import { sendJson, startCompletionsServer } from "../completions-server.ts";
import type { Call, CompletionsServer } from "../completions-server.ts";
import { estimateTokens, schemaOf, textOf } from "../protocol.ts";
import type { CompletionRequest, Reply } from "../protocol.ts";
import { fill } from "./fill.ts";
import { writeProse } from "./prose.ts";
import { readPrompt } from "./reading.ts";
import { overlap, stemsOf } from "./words.ts";

export const demoModelName = "baton-demo-1";
export const demoFingerprint = "baton-demo";

export interface DemoModelOptions {
  /** 0 picks a free one. */
  port: number;
  /** Milliseconds between chunks, so that people see an answer arrive; 0 in tests. */
  delayMs?: number | undefined;
  log?: Pick<Logger, "info" | "error"> | undefined;
}

/** Longest time that an answer is drawn out, whatever its length. */
const longestMs = 1_200;
/** Material beyond this is not read: the time to weigh it grows with its length. */
const readCharacters = 400_000;

/** Starts the offline demo model: an OpenAI-compatible server on loopback that answers from the text it is given. */
export function createDemoModelServer(options: DemoModelOptions): Promise<CompletionsServer> {
  const { port, delayMs = 5, log } = options;
  return startCompletionsServer({
    port,
    models: [demoModelName],
    onError: (error) => log?.error({ err: error }, "the demo model failed"),
    answer: (call) => answer(call, delayMs, log),
  });
}

async function answer(call: Call, delayMs: number, log: DemoModelOptions["log"]): Promise<void> {
  const { request, response, signal } = call;
  const reply = demoReply(request);
  const id = `demo-${createHash("sha256").update(JSON.stringify(request.messages)).digest("hex").slice(0, 16)}`;
  const envelope = { id, model: demoModelName, fingerprint: demoFingerprint, request };
  const length = reply.content?.length ?? 0;
  log?.info({ characters: length, tools: reply.toolCalls?.length ?? 0 }, "answered");
  try {
    if (delayMs > 0) await sleep(Math.min(120, delayMs * 20), undefined, { signal });
    if (request.stream !== true) return sendJson(response, 200, completionBody(envelope, reply));
    // Long answers come in larger pieces rather than for longer.
    const chunkSize = delayMs === 0 ? 400 : Math.max(24, Math.ceil((length * delayMs) / longestMs));
    await streamCompletion(response, envelope, reply, { delayMs, chunkSize, signal });
  } catch (thrown) {
    // Whoever hung up needs no answer.
    if (!signal.aborted) throw thrown;
  }
}

/** The demo model itself: a pure function of the request. */
export function demoReply(request: CompletionRequest): Reply {
  const system = request.messages
    .filter(({ role }) => role === "system" || role === "developer")
    .map(textOf)
    .join("\n");
  const asked = request.messages.filter(({ role }) => role === "user").map(textOf);
  const results = request.messages.filter(({ role }) => role === "tool").map(textOf);
  // What tools brought is material like any other; of a conversation the last question counts.
  const user = [asked.at(-1) ?? "", ...results].join("\n\n").slice(0, readCharacters);
  const reading = readPrompt(system, user);

  if (results.length === 0) {
    const tool = toolFor(request, `${system}\n${asked.at(-1) ?? ""}`);
    if (tool !== null) {
      const value = fill(tool.parameters, reading);
      return { toolCalls: [{ name: tool.name, arguments: isJsonObject(value) ? value : {} }] };
    }
  }
  const schema = schemaOf(request);
  if (schema !== null) return limited(request, JSON.stringify(fill(schema, reading)));
  if (request.response_format?.type === "json_object") {
    const shape = { type: "object", properties: { summary: {}, points: { type: "array", items: {} } } };
    return limited(request, JSON.stringify(fill(shape, reading)));
  }
  return limited(request, writeProse(reading));
}

/** Cuts at the token limit, as a real model would. */
function limited(request: CompletionRequest, content: string): Reply {
  const limit = request.max_completion_tokens ?? request.max_tokens;
  if (limit === null || limit === undefined || estimateTokens(content.length) <= limit) return { content };
  return { content: content.slice(0, limit * 4), finish: "length" };
}

/** The tool to call: the one that is demanded, or the one whose description fits what is asked. */
function toolFor(
  request: CompletionRequest,
  asked: string,
): { name: string; parameters: Parameters<typeof fill>[0] } | null {
  const choice = request.tool_choice ?? "auto";
  const tools = (request.tools ?? []).map((tool) => tool.function);
  if (choice === "none" || tools.length === 0) return null;
  if (typeof choice === "object") return tools.find(({ name }) => name === choice.function.name) ?? null;
  const wanted = stemsOf(asked);
  const scored = tools
    .map((tool) => ({ tool, score: overlap(stemsOf(`${tool.name} ${tool.description}`), wanted) }))
    .toSorted((a, b) => b.score - a.score);
  const best = scored[0];
  if (best === undefined) return null;
  return best.score > 0 || choice === "required" ? best.tool : null;
}
