import type { IncomingMessage, ServerResponse } from "node:http";
import { DatabaseUnavailable } from "./authorization.ts";
import { CredentialError } from "./credentials.ts";
import type { Credential } from "./credentials.ts";
import type { BroadcastBody } from "./frames.ts";
import type { TopicName } from "./hub.ts";
import { batchSchema, faultOf, sizeOf, toBody } from "./payloads.ts";
import type { RealtimeServices } from "./services.ts";

/** An answer that is not 2xx, with what the caller should know. */
class RequestRefused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

interface Outgoing {
  name: TopicName;
  event: string;
  body: BroadcastBody;
}

/** Each is a question to the database. */
const MAX_USER_TOPICS = 25;

const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "GET, POST, OPTIONS",
  "access-control-allow-headers": "authorization, apikey, content-type, x-client-info",
  "access-control-max-age": "86400",
};

/** The HTTP side: broadcasts without a socket, and health. Paths may come with or without /realtime/v1. */
export async function answerRequest(
  services: RealtimeServices,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const { status, body } = await route(services, request);
    answer(response, status, body);
  } catch (error) {
    const { status, message } = refusalOf(services, error);
    answer(response, status, { message });
  }
}

async function route(services: RealtimeServices, request: IncomingMessage): Promise<{ status: number; body?: object }> {
  const url = urlOf(request);
  if (!url) throw new RequestRefused(400, "The address of this request is not understood");
  const path = url.pathname.replace(/^\/realtime\/v1(?=\/)/, "");
  if (request.method === "OPTIONS") return { status: 204 };
  if (request.method === "GET" && path === "/api/health") {
    const database = services.isFollowingDatabase();
    return {
      status: database ? 200 : 503,
      body: { status: database ? "healthy" : "unhealthy", services: { database } },
    };
  }
  const single = /^\/api\/broadcast\/([^/]+)\/events\/([^/]+)$/.exec(path);
  if (path !== "/api/broadcast" && !single) throw new RequestRefused(404, `There is nothing at ${url.pathname}`);
  if (request.method !== "POST") throw new RequestRefused(405, "Broadcasts are sent by POST");
  const credential = await authenticate(services, request, url);
  const messages = single ? [await readSingle(services, request, url, single)] : await readBatch(services, request);
  await authorize(services, request, credential, messages);
  for (const { name, event, body } of messages) services.hub.publish(name, { event, body });
  return { status: 202 };
}

/** The key says which project's public this is, the bearer token who speaks; without a token the key speaks. */
async function authenticate(services: RealtimeServices, request: IncomingMessage, url: URL): Promise<Credential> {
  const bearer = /^Bearer\s+(.+)$/i.exec(request.headers.authorization ?? "")?.[1]?.trim();
  const header = request.headers.apikey;
  const apiKey = (Array.isArray(header) ? header[0] : header) ?? url.searchParams.get("apikey");
  const byKey = await services.credentials.fromApiKey(apiKey || bearer);
  if (bearer === undefined || bearer.startsWith("sb_")) return byKey;
  return services.credentials.fromToken(bearer);
}

async function readBatch(services: RealtimeServices, request: IncomingMessage): Promise<Outgoing[]> {
  const parsed = batchSchema.safeParse(parseJson(await readBody(services, request)));
  if (!parsed.success) throw new RequestRefused(422, faultOf(parsed.error));
  return parsed.data.messages.map(({ topic, event, payload, private: isPrivate }, index) => {
    const body = toBody(payload);
    checkSize(services, body, `messages.${String(index)}.payload`);
    return { name: { topic, isPrivate }, event, body };
  });
}

async function readSingle(
  services: RealtimeServices,
  request: IncomingMessage,
  url: URL,
  [, rawTopic = "", rawEvent = ""]: RegExpExecArray,
): Promise<Outgoing> {
  if ([...url.searchParams.keys()].some((key) => /^persist(\[|$)/.test(key))) {
    throw new RequestRefused(422, "persist is not supported: send it from the database with realtime.send to keep it");
  }
  const [topic, event] = [decode(rawTopic), decode(rawEvent)];
  if (event.length > 255 || topic.length > 1024) throw new RequestRefused(422, "topic or event is too long");
  const type = (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json" && type !== "application/octet-stream") {
    throw new RequestRefused(415, "Content-Type must be application/json or application/octet-stream");
  }
  const bytes = await readBody(services, request);
  const body: BroadcastBody = type === "application/json" ? toBody(parseJson(bytes)) : { kind: "binary", bytes };
  checkSize(services, body, "payload");
  return { name: { topic, isPrivate: url.searchParams.get("private") === "true" }, event, body };
}

/** All or nothing: the hosted product leaves out in silence what may not be written, which helps nobody to find out. */
async function authorize(
  services: RealtimeServices,
  request: IncomingMessage,
  credential: Credential,
  messages: Outgoing[],
): Promise<void> {
  if (!services.allowPublic && messages.some(({ name }) => !name.isPrivate)) {
    throw new RequestRefused(403, "PrivateOnly: This project only allows private channels; set private to true");
  }
  if (credential.claims.role === "service_role") return;
  const topics = new Set(messages.filter(({ name }) => name.isPrivate).map(({ name }) => name.topic));
  if (topics.size > MAX_USER_TOPICS) {
    throw new RequestRefused(422, `A user may write to ${String(MAX_USER_TOPICS)} topics at most in one request`);
  }
  for (const topic of topics) {
    const asker = { topic, claims: credential.claims, headers: ownHeaders(request) };
    const { broadcast } = await services.authorizer.writing(asker);
    if (broadcast) continue;
    throw new RequestRefused(403, `Unauthorized: You do not have permissions to write to this Channel topic: ${topic}`);
  }
}

/** The path and query of a request; null when they are no URL. */
export function urlOf(request: IncomingMessage): URL | null {
  return URL.parse(`http://localhost${request.url ?? "/"}`);
}

/** The headers that policies may look at: x-* only, so no key or token ever reaches SQL. */
export function ownHeaders(request: IncomingMessage): Record<string, string> {
  const entries = Object.entries(request.headers).filter(([name]) => name.startsWith("x-"));
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

/** Reads by events: leaving a loop over the request would destroy its socket, and with it the answer. */
function readBody(services: RealtimeServices, request: IncomingMessage): Promise<Buffer> {
  const { maxFrameBytes } = services.limits;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxFrameBytes) {
        chunks.push(chunk);
        return;
      }
      // What still comes is read and thrown away, so that the caller is there to hear the answer.
      chunks.length = 0;
      reject(new RequestRefused(413, `A request may have ${String(maxFrameBytes)} bytes at most`));
    });
    request.on("end", () => resolve(Buffer.concat(chunks)));
    const cut = () => reject(new RequestRefused(400, "The request ended before its body did"));
    request.on("error", cut);
    request.on("close", cut);
  });
}

function checkSize(services: RealtimeServices, body: BroadcastBody, path: string): void {
  const { maxPayloadBytes } = services.limits;
  if (sizeOf(body) <= maxPayloadBytes) return;
  throw new RequestRefused(422, `${path}: a payload may have ${String(maxPayloadBytes)} bytes at most`);
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw new RequestRefused(422, `The body is not JSON: ${String(error)}`);
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    throw new RequestRefused(422, `"${part}" in the path is not percent-encoded UTF-8: ${String(error)}`);
  }
}

function refusalOf(services: RealtimeServices, error: unknown): { status: number; message: string } {
  if (error instanceof RequestRefused) return { status: error.status, message: error.message };
  if (error instanceof CredentialError) return { status: 401, message: error.message };
  if (error instanceof DatabaseUnavailable) return { status: 503, message: error.message };
  services.log.error({ err: error }, "realtime failed to answer a request");
  return { status: 500, message: "Realtime failed to answer this request, please try again" };
}

function answer(response: ServerResponse, status: number, body?: object): void {
  // The caller may have gone while the body was read.
  if (response.headersSent || response.destroyed) return;
  for (const [name, value] of Object.entries(CORS)) {
    if (!response.hasHeader(name)) response.setHeader(name, value);
  }
  if (body) response.setHeader("content-type", "application/json");
  response.writeHead(status).end(body ? JSON.stringify(body) : undefined);
}
