import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { estimateTokens, textOf } from "./protocol.ts";
import type { CompletionRequest, Reply } from "./protocol.ts";

/** The frame around an answer: everything but its text. */
export interface Envelope {
  id: string;
  model: string;
  fingerprint: string;
  request: CompletionRequest;
}

/** How an answer is streamed. */
export interface Pace {
  /** Milliseconds between chunks. */
  delayMs: number;
  /** Characters in a chunk. */
  chunkSize: number;
  signal: AbortSignal;
}

/** The answer in one piece. */
export function completionBody(envelope: Envelope, reply: Reply): object {
  const { content, refusal, toolCalls } = reply;
  return {
    ...head(envelope, "chat.completion"),
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: content ?? null,
          refusal: refusal ?? null,
          ...(toolCalls === undefined
            ? {}
            : { tool_calls: toolCalls.map((call, index) => toolCall(envelope, call, index)) }),
        },
        logprobs: null,
        finish_reason: finishOf(reply),
      },
    ],
    usage: usageOf(envelope.request, reply),
  };
}

/** The answer in chunks, without the headers and without `[DONE]`, so that a test can leave that out. */
export function* completionChunks(envelope: Envelope, reply: Reply, chunkSize: number): Generator<object> {
  const chunk = (delta: object, finish: string | null = null): object => ({
    ...head(envelope, "chat.completion.chunk"),
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
  });
  yield chunk({ role: "assistant", content: reply.toolCalls === undefined ? "" : null });
  for (const text of pieces(reply.content ?? "", chunkSize)) yield chunk({ content: text });
  for (const text of pieces(reply.refusal ?? "", chunkSize)) yield chunk({ refusal: text });
  for (const [index, call] of (reply.toolCalls ?? []).entries()) {
    yield chunk({ tool_calls: [{ index, ...toolCall(envelope, call, index) }] });
  }
  yield chunk({}, finishOf(reply));
  if (envelope.request.stream_options?.include_usage === true) {
    yield { ...head(envelope, "chat.completion.chunk"), choices: [], usage: usageOf(envelope.request, reply) };
  }
}

export function startEvents(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
}

/** Streams a whole answer, waiting for a slow reader. Throws an AbortError when the reader hangs up. */
export async function streamCompletion(
  response: ServerResponse,
  envelope: Envelope,
  reply: Reply,
  pace: Pace,
): Promise<void> {
  startEvents(response);
  for (const chunk of completionChunks(envelope, reply, pace.chunkSize)) {
    pace.signal.throwIfAborted();
    if (!response.write(event(chunk))) await once(response, "drain", { signal: pace.signal });
    if (pace.delayMs > 0) await sleep(pace.delayMs, undefined, { signal: pace.signal });
  }
  response.end("data: [DONE]\n\n");
}

export function event(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

export function usageOf(request: CompletionRequest, reply: Reply): object {
  const input = estimateTokens(request.messages.reduce((sum, message) => sum + textOf(message).length, 0));
  const written = (reply.content ?? "") + (reply.refusal ?? "") + JSON.stringify(reply.toolCalls ?? "");
  const output = estimateTokens(written.length);
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
}

function head(envelope: Envelope, object: string): object {
  const { id, model, fingerprint } = envelope;
  return { id, object, created: 0, model, system_fingerprint: fingerprint };
}

function finishOf(reply: Reply): string {
  return reply.finish ?? (reply.toolCalls === undefined ? "stop" : "tool_calls");
}

function toolCall(envelope: Envelope, call: NonNullable<Reply["toolCalls"]>[number], index: number): object {
  return {
    id: `call_${envelope.id}_${index}`,
    type: "function",
    function: { name: call.name, arguments: JSON.stringify(call.arguments) },
  };
}

/** Cuts between characters, never inside one that takes two units. */
function* pieces(text: string, size: number): Generator<string> {
  for (let start = 0; start < text.length;) {
    let end = start + size;
    const last = text.charCodeAt(end - 1);
    if (last >= 0xd800 && last <= 0xdbff) end++;
    yield text.slice(start, end);
    start = end;
  }
}
