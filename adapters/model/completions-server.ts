import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { completionRequestSchema } from "./protocol.ts";
import type { CompletionRequest } from "./protocol.ts";

/** One call to the chat completions endpoint. */
export interface Call {
  request: CompletionRequest;
  headers: Record<string, string>;
  response: ServerResponse;
  /** Aborted when the caller hangs up. */
  signal: AbortSignal;
}

export interface CompletionsServer {
  /** Base URL for an OpenAI client: `http://127.0.0.1:PORT/v1`. */
  url: string;
  port: number;
  close(): Promise<void>;
}

export interface CompletionsServerOptions {
  /** 0 picks a free one. */
  port: number;
  models: string[];
  /** Writes the whole answer. What it throws becomes a 500. */
  answer(call: Call): Promise<void>;
  onError(error: unknown): void;
}

const maxRequestBytes = 32 * 1024 * 1024;

/** An OpenAI-compatible server on loopback: the endpoints, the parsing and the errors; what it answers is given. */
export async function startCompletionsServer(options: CompletionsServerOptions): Promise<CompletionsServer> {
  const server = createServer((request, response) => {
    void route(options, request, response).catch((error: unknown) => {
      if (response.destroyed) return;
      options.onError(error);
      if (response.headersSent) response.destroy();
      else sendError(response, 500, "server_error", error instanceof Error ? error.message : "failed");
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function route(
  options: CompletionsServerOptions,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (incoming.url ?? "").split("?")[0];
  if (incoming.method === "GET" && path === "/v1/models") {
    const data = options.models.map((id) => ({ id, object: "model", created: 0, owned_by: "baton" }));
    return sendJson(response, 200, { object: "list", data });
  }
  if (incoming.method !== "POST" || path !== "/v1/chat/completions") {
    return sendError(response, 404, "invalid_request_error", `Unknown endpoint ${incoming.method} ${path}`);
  }
  const body = await read(incoming);
  if (body === null) return sendError(response, 413, "invalid_request_error", "The request is too large");
  const parsed = parse(body);
  if (typeof parsed === "string") return sendError(response, 400, "invalid_request_error", parsed);

  const hangUp = new AbortController();
  response.once("close", () => hangUp.abort());
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
  await options.answer({ request: parsed, headers, response, signal: hangUp.signal });
}

function parse(body: string): CompletionRequest | string {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return "The body is not JSON";
  }
  const result = completionRequestSchema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  return `${issue?.path.join(".") ?? "body"}: ${issue?.message ?? "invalid"}`;
}

async function read(incoming: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    const bytes = Buffer.from(chunk as Uint8Array);
    size += bytes.length;
    if (size > maxRequestBytes) return null;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString();
}

export function sendJson(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

export function sendError(response: ServerResponse, status: number, type: string, message: string, headers = {}): void {
  sendJson(response, status, { error: { message, type, param: null, code: type } }, headers);
}
