import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { getRequestListener } from "@hono/node-server";
import type { Lite } from "./lite.ts";
import type { Log } from "./log.ts";
import type { Mailbox } from "./mailbox.ts";

/** The Realtime server, as far as the gateway needs it. */
export interface Realtime {
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  handleRequest(request: IncomingMessage, response: ServerResponse): void | Promise<void>;
  close(): Promise<void>;
}

export interface GatewayParts {
  /** Null where Supabase is hosted elsewhere and only the mailbox is local. */
  lite: Lite | null;
  realtime: Realtime | null;
  mailbox: Mailbox | null;
  /** Says whether the database answers. */
  isDatabaseUp(): Promise<boolean>;
  /** Origins of the web app, whose pages may call from the browser. */
  origins: string[];
  log: Log;
}

/** Largest body the Data API and Auth take; a file for Storage may be larger, lite itself caps it. */
const maxJsonBytes = 2 * 1024 * 1024;

/** One HTTP server with the paths of a Supabase project. */
export function createGateway(parts: GatewayParts): Server {
  const { lite: api } = parts;
  const lite =
    api === null ? null : getRequestListener((request) => api.handle(request), { overrideGlobalObjects: false });
  const server = createServer((request, response) => {
    route(request, response, parts, lite).catch((error: unknown) => {
      parts.log.error({ err: error, path: pathOf(request) }, "a request failed");
      if (!response.headersSent) answer(response, 500, { message: "The local Supabase failed; see its log." });
      else response.destroy();
    });
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", (error) => parts.log.warn({ err: error }, "a socket broke while it was being opened"));
    if (parts.realtime !== null && pathOf(request).startsWith("/realtime/v1/")) {
      parts.realtime.handleUpgrade(request, socket, head);
    } else {
      socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n");
    }
  });
  return server;
}

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

async function route(
  request: IncomingMessage,
  response: ServerResponse,
  parts: GatewayParts,
  lite: Listener | null,
): Promise<void> {
  const path = pathOf(request);
  if (path === "/health") return health(response, parts);
  if (path === "/mailbox.json" || path.startsWith("/mailbox/")) return mailbox(path, request, response, parts);
  allowOrigin(request, response, parts.origins);
  if (request.method === "OPTIONS") {
    response.writeHead(204).end();
    return;
  }
  if (path.startsWith("/realtime/v1/") && parts.realtime !== null) {
    await parts.realtime.handleRequest(request, response);
    return;
  }
  if (lite !== null && /^\/(rest|auth|storage)\/v1(\/|$)/.test(path)) {
    const length = Number(request.headers["content-length"] ?? 0);
    if (!path.startsWith("/storage/") && length > maxJsonBytes) {
      return answer(response, 413, { message: `The request is larger than ${maxJsonBytes / 1024 / 1024} MB.` });
    }
    await lite(request, response);
    return;
  }
  answer(response, 404, { message: "There is nothing at this address of the local Supabase." });
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? "/").split("?", 1)[0] ?? "/";
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" });
  response.end(JSON.stringify(body));
}

async function health(response: ServerResponse, parts: GatewayParts): Promise<void> {
  const database = await parts.isDatabaseUp();
  const state = database ? "healthy" : "down";
  answer(response, database ? 200 : 503, {
    status: state,
    services: { database: state, realtime: parts.realtime === null ? "absent" : state },
  });
}

/**
 * The mails, for the product's own mailbox page. They hold links that reset passwords, so only this machine may read
 * them, and no web page in somebody's browser: a request that names an origin is one.
 */
async function mailbox(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  parts: GatewayParts,
): Promise<void> {
  const isLocal = isLoopback(request.socket.remoteAddress ?? "") && isLoopbackHost(request.headers.host ?? "");
  if (!isLocal || request.headers.origin !== undefined) {
    return answer(response, 403, { message: "The local mailbox is read on this machine only." });
  }
  if (parts.mailbox === null) {
    return answer(response, 404, { message: "There is no local mailbox: mail goes to the server in SMTP_URL." });
  }
  if (path === "/mailbox.json") return answer(response, 200, { mails: await parts.mailbox.list() });
  const mail = await parts.mailbox.read(decodeURIComponent(path.slice("/mailbox/".length).replace(/\.json$/, "")));
  if (mail === null) return answer(response, 404, { message: "There is no such mail." });
  answer(response, 200, mail);
}

function isLoopback(address: string): boolean {
  return address === "::1" || address.replace(/^::ffff:/, "").startsWith("127.");
}

function isLoopbackHost(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i.test(host);
}

/** Lets the web app's pages, and no others, call from a browser. Programs that are not browsers never ask. */
function allowOrigin(request: IncomingMessage, response: ServerResponse, origins: string[]): void {
  const origin = request.headers.origin;
  const allowed = origin !== undefined && origins.includes(origin) ? origin : null;
  const given = {
    "access-control-allow-methods": "GET,HEAD,POST,PUT,PATCH,DELETE,OPTIONS",
    "access-control-allow-headers": request.headers["access-control-request-headers"] ?? "*",
    "access-control-expose-headers": "*",
    "access-control-max-age": "3600",
  };
  const own = allowed === null ? {} : { "access-control-allow-origin": allowed, ...given };
  replaceCorsHeaders(response, own);
}

const isCors = (name: string): boolean => name.toLowerCase().startsWith("access-control-");

/** The servers behind the gateway answer every origin; whatever they say of it is replaced by our own. */
function replaceCorsHeaders(response: ServerResponse, own: Record<string, string | string[]>): void {
  const writeHead = response.writeHead.bind(response);
  response.writeHead = ((status: number, ...rest: unknown[]) => {
    for (const name of response.getHeaderNames().filter(isCors)) response.removeHeader(name);
    const given = rest.find((part) => typeof part === "object" && part !== null);
    if (given !== undefined) setAll(response, given, isCors);
    for (const [name, value] of Object.entries(own)) response.setHeader(name, value);
    response.appendHeader("vary", "Origin");
    return writeHead(status);
  }) as typeof response.writeHead;
}

function setAll(response: ServerResponse, headers: object, isLeftOut: (name: string) => boolean): void {
  const pairs = Array.isArray(headers)
    ? headers.reduce<[unknown, unknown][]>((all, item, index) => {
        if (Array.isArray(item)) all.push([item[0], item[1]]);
        else if (index % 2 === 0) all.push([item, headers[index + 1]]);
        return all;
      }, [])
    : Object.entries(headers);
  for (const [name, value] of pairs) {
    if (typeof name !== "string" || isLeftOut(name) || value === undefined) continue;
    response.setHeader(name, value as string | string[]);
  }
}
