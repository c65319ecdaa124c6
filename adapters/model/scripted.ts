import { setTimeout as sleep } from "node:timers/promises";
import type { Json } from "../../engine/json.ts";
import { completionBody, completionChunks, event, startEvents, streamCompletion } from "./completion.ts";
import type { Envelope } from "./completion.ts";
import { sendError, sendJson, startCompletionsServer } from "./completions-server.ts";
import type { Call } from "./completions-server.ts";
import { textOf } from "./protocol.ts";
import type { CompletionRequest, Reply } from "./protocol.ts";

/** What goes wrong with an answer. The names say what the caller sees. */
export type Fault =
  | { status: number; retryAfter?: string; type?: string; message?: string }
  | "reset"
  | "stall"
  | "stall-midway"
  | "cut"
  | "malformed-chunk"
  | "no-done"
  | "no-finish"
  | "empty-choices"
  | "error-body"
  | "error-event"
  | "not-events"
  | "no-usage";

/** Text, a value that is sent as JSON, a reply in detail, or a fault (with the text that comes before it). */
export type ScriptedAnswer = string | { json: Json } | Reply | { fault: Fault; content?: string };

/** Which calls a script answers: words of the last user message, or a predicate. */
export type Matcher = string | RegExp | ((request: CompletionRequest) => boolean);

export interface RecordedCall {
  request: CompletionRequest;
  headers: Record<string, string>;
  /** Text of the last user message. */
  prompt: string;
  /** False for a call that no script expected: it was answered with 500. */
  expected: boolean;
  /** True once the caller hung up before the answer was complete. */
  aborted: boolean;
}

export interface ScriptedModelServer {
  url: string;
  /** Answers the calls that match, one answer each, in order; the last one is not repeated. Scripts are tried in order. */
  script(matcher: Matcher, answers: ScriptedAnswer[]): void;
  requests: RecordedCall[];
  close(): Promise<void>;
}

/** A model for tests: it says what it was told to say, fails how it was told to fail, and refuses a surprise. */
export async function createScriptedModelServer(): Promise<ScriptedModelServer> {
  const scripts: { matches: (request: CompletionRequest) => boolean; answers: ScriptedAnswer[] }[] = [];
  const requests: RecordedCall[] = [];

  const server = await startCompletionsServer({
    port: 0,
    models: ["scripted"],
    onError: () => undefined,
    async answer(call) {
      const script = scripts.find(({ matches, answers }) => answers.length > 0 && matches(call.request));
      const answer = script?.answers.shift();
      const recorded: RecordedCall = {
        request: call.request,
        headers: call.headers,
        prompt: promptOf(call.request),
        expected: answer !== undefined,
        aborted: false,
      };
      requests.push(recorded);
      call.response.once("close", () => (recorded.aborted = !call.response.writableFinished));
      if (answer === undefined) {
        return sendError(call.response, 500, "unexpected", `No script expects: ${recorded.prompt.slice(0, 200)}`);
      }
      const envelope = {
        id: `s${requests.length}`,
        model: call.request.model,
        fingerprint: "scripted",
        request: call.request,
      };
      return play(call, envelope, answer);
    },
  });

  return {
    url: server.url,
    requests,
    script: (matcher, answers) => void scripts.push({ matches: predicate(matcher), answers: [...answers] }),
    close: server.close,
  };
}

async function play(call: Call, envelope: Envelope, answer: ScriptedAnswer): Promise<void> {
  if (typeof answer === "object" && "fault" in answer)
    return fail(call, envelope, answer.fault, answer.content ?? "Half an answer");
  const reply = toReply(answer);
  if (call.request.stream !== true) return sendJson(call.response, 200, completionBody(envelope, reply));
  return streamCompletion(call.response, envelope, reply, { delayMs: 0, chunkSize: 7, signal: call.signal });
}

function toReply(answer: string | { json: Json } | Reply): Reply {
  if (typeof answer === "string") return { content: answer };
  return "json" in answer ? { content: JSON.stringify(answer.json) } : answer;
}

async function fail(call: Call, envelope: Envelope, fault: Fault, content: string): Promise<void> {
  const { response } = call;
  if (typeof fault === "object") {
    const headers = fault.retryAfter === undefined ? {} : { "retry-after": fault.retryAfter };
    return sendError(response, fault.status, fault.type ?? "scripted", fault.message ?? "scripted failure", headers);
  }
  if (fault === "reset") return void response.socket?.resetAndDestroy();
  if (fault === "stall") return hang(call);
  const error = { error: { message: "overloaded", type: "server_error", code: "server_error" } };
  if (fault === "error-body") return sendJson(response, 200, error);
  if (fault === "not-events")
    return void response.writeHead(200, { "content-type": "text/html" }).end("<html>sign in</html>");

  const chunks = [...completionChunks(envelope, { content }, 4)];
  const usage = chunks.filter((chunk) => "usage" in chunk).length;
  const finishAt = chunks.length - usage - 1;
  startEvents(response);
  if (fault === "empty-choices") return void response.end(`${event({ id: "x", choices: [] })}data: [DONE]\n\n`);
  if (fault === "no-usage")
    return void response.end(
      `${chunks
        .slice(0, finishAt + 1)
        .map(event)
        .join("")}data: [DONE]\n\n`,
    );
  if (fault === "no-done") return void response.end(chunks.map(event).join(""));

  // All the others lose their way after the text and before the reason why it ended.
  response.write(chunks.slice(0, finishAt).map(event).join(""));
  if (fault === "stall-midway") return hang(call);
  if (fault === "malformed-chunk") return void response.end('data: {"choices":[{"delta"\n\ndata: [DONE]\n\n');
  if (fault === "error-event") return void response.end(event(error));
  if (fault === "no-finish") return void response.end("data: [DONE]\n\n");
  // "cut": what was written must arrive before the socket goes.
  await sleep(10);
  response.destroy();
}

/** Holds the line until the caller hangs up. */
async function hang(call: Call): Promise<void> {
  await new Promise<void>((resolve) => call.signal.addEventListener("abort", () => resolve(), { once: true }));
}

function predicate(matcher: Matcher): (request: CompletionRequest) => boolean {
  if (typeof matcher === "function") return matcher;
  if (typeof matcher === "string") return (request) => promptOf(request).includes(matcher);
  return (request) => matcher.test(promptOf(request));
}

function promptOf(request: CompletionRequest): string {
  const message = request.messages.findLast(({ role }) => role === "user");
  return message === undefined ? "" : textOf(message);
}
