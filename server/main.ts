import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import path from "node:path";
import { getRequestListener } from "@hono/node-server";
import type Next from "next";
import { createLog } from "../adapters/pino/create-log.ts";
import { collectAtRest } from "../adapters/v8/collect-at-rest.ts";
import { EnvironmentError, parseEnvironment } from "../contracts/env.ts";
import { createContainer, loadTracing } from "./container.ts";
import { createApp } from "./http/app.ts";
import { shareApp } from "./http/shared-app.ts";

/** Requests under way get this long when the process is told to stop; event streams are cut, and resume elsewhere. */
const graceMs = 3_000;
const lastMs = 8_000;

const root = path.resolve(import.meta.dirname, "..");
const log = createLog("web", process.env["LOG_LEVEL"] || "info");

try {
  await serve();
} catch (error) {
  // What the operator has to mend is said without a stack trace.
  if (error instanceof EnvironmentError) log.fatal(error.message);
  else log.fatal({ err: error }, "the web process could not start");
  process.exitCode = 1;
}

/** One server: the API answers at once, pages as soon as Next is ready. */
async function serve(): Promise<void> {
  const env = parseEnvironment(process.env);
  const telemetry = await loadTracing(env);
  const container = createContainer(env, log, root, telemetry ?? undefined);
  const app = createApp(container.services);
  shareApp(app);
  const api = getRequestListener(app.fetch, { overrideGlobalObjects: false });

  const dev = env.BATON_MODE === "development";
  const hostname = process.env["HOST"] || "127.0.0.1";
  const pages = startPages({ dev, dir: root, hostname, port: env.PORT });
  collectAtRest(log);

  const server = createServer({ keepAliveTimeout: 65_000, requestTimeout: 60_000 }, (request, response) => {
    const answered = isApi(request.url ?? "/") ? api(request, response) : page(pages, request, response);
    answered.catch((error: unknown) => {
      log.error({ err: error, url: request.url?.split("?")[0] }, "request failed");
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  server.on("error", (error) => {
    log.fatal({ err: error }, `port ${env.PORT} cannot be used; set PORT to another one`);
    process.exit(1);
  });
  server.listen(env.PORT, hostname, () => log.info({ address: server.address() }, "the web process listens"));

  // Hot reload's sockets are no requests any more, so the server itself does not know how to close them.
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });

  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({}, "stopping");
    // Streams would hold the server open for ever; their readers come back with Last-Event-ID.
    setTimeout(() => sockets.forEach((socket) => socket.destroy()), graceMs).unref();
    // Whatever still hangs after that: the supervisor waits ten seconds before it kills.
    setTimeout(() => process.exit(1), lastMs).unref();
    server.close(() => {
      Promise.allSettled([container.close(), pages.then((one) => one?.close())]).then(
        () => process.exit(0),
        () => process.exit(1),
      );
    });
    server.closeIdleConnections();
    container.services.watch.close();
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  // Started with an IPC channel, the process must not outlive who started it.
  process.on("disconnect", stop);
}

function isApi(url: string): boolean {
  return /^\/(?:api(?:[/?]|$)|metrics(?:\?|$))/.test(url);
}

type Pages = ReturnType<typeof Next>;

/**
 * Next, imported and prepared beside the API, which answers meanwhile. Null when it cannot serve, and the log says why. Upgrades
 * for hot reload need nothing from us: Next takes them from the server of its first request.
 */
async function startPages(options: {
  dev: boolean;
  dir: string;
  hostname: string;
  port: number;
}): Promise<Pages | null> {
  try {
    const { default: next } = await import("next");
    const pages = next(options);
    await pages.prepare();
    log.info({}, "pages are ready");
    return pages;
  } catch (error) {
    log.error({ err: error }, "pages are not served; the API is");
    return null;
  }
}

async function page(pages: Promise<Pages | null>, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const ready = await pages;
  if (ready !== null) return ready.getRequestHandler()(request, response);
  response.writeHead(503, { "Content-Type": "text/plain; charset=utf-8", "Retry-After": "5" });
  response.end("Baton's pages are not built. Stop Baton and run `npm start`, which builds them.\n");
}
