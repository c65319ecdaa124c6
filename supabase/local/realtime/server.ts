import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { Pool } from "pg";
import { WebSocketServer } from "ws";
import { Authorizer } from "./authorization.ts";
import { Connection } from "./connection.ts";
import { CredentialError, CredentialReader } from "./credentials.ts";
import type { Credential } from "./credentials.ts";
import type { Version } from "./frames.ts";
import { Hub } from "./hub.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import type { RealtimeLimits } from "./limits.ts";
import type { RealtimeLog } from "./log.ts";
import { MessageFeed } from "./message-feed.ts";
import { purgeMessages } from "./message-store.ts";
import { sizeOf } from "./payloads.ts";
import { answerRequest, ownHeaders, urlOf } from "./requests.ts";
import { realtimeSchemaSql } from "./schema.ts";
import type { RealtimeServices } from "./services.ts";

export type { RealtimeLimits } from "./limits.ts";
export type { RealtimeLog } from "./log.ts";

export interface RealtimeOptions {
  /** A user that may create the schema and take the roles anon, authenticated and service_role. */
  databaseUrl: string;
  /** Signs access tokens with HS256. */
  jwtSecret: string;
  /** Opaque keys: anonymous, and service_role. */
  publishableKey: string;
  secretKey: string;
  /** False refuses channels and broadcasts that are not private. */
  allowPublic?: boolean;
  limits?: Partial<RealtimeLimits>;
  log: RealtimeLog;
}

export interface RealtimeServer {
  /** For /realtime/v1/websocket. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** For everything else under /realtime/v1. */
  handleRequest(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Tells clients to come again and ends all that was opened. */
  close(): Promise<void>;
  stats(): { connections: number; topics: number };
}

const PURGE_EVERY_MS = 3_600_000;
const SERVICE_RESTART = 1012;
/** How long a client may take to answer the close; after that its socket is cut. */
const CLOSE_GRACE_MS = 1_000;

/** Starts the server inside the calling process; throws when the database cannot be reached or prepared. */
export async function createRealtimeServer(options: RealtimeOptions): Promise<RealtimeServer> {
  const { log, databaseUrl } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const pool = openPool(databaseUrl, limits, log);
  const hub = new Hub();
  const feed = new MessageFeed({
    databaseUrl,
    timeoutMs: limits.databaseTimeoutMs,
    log,
    deliver: ({ id, topic, event, isPrivate, body }) => {
      // The limit of a client's payload is not for the project's own SQL, but no client could take a frame beyond this.
      if (sizeOf(body) <= limits.maxFrameBytes) hub.publish({ topic, isPrivate }, { event, body, meta: { id } });
      else log.warn({ id, topic, bytes: sizeOf(body) }, "realtime left out a broadcast from the database: too large");
    },
  });
  try {
    await applySchema(pool);
    await feed.start();
  } catch (error) {
    await Promise.allSettled([feed.stop(), pool.end()]);
    throw new Error("Realtime cannot reach or prepare its database: check that it runs and the roles exist", {
      cause: error,
    });
  }
  const services: RealtimeServices = {
    hub,
    authorizer: new Authorizer(pool, log),
    credentials: new CredentialReader(options),
    pool,
    limits,
    allowPublic: options.allowPublic ?? true,
    isFollowingDatabase: () => feed.connected,
    log,
  };
  const gate = new Gate(services);
  const stopPurging = purgeRegularly(services);
  return {
    handleUpgrade: (request, socket, head) => void gate.admit(request, socket, head),
    handleRequest: (request, response) => answerRequest(services, request, response),
    stats: () => ({ connections: gate.size, topics: hub.size }),
    close: async () => {
      stopPurging();
      await Promise.all([gate.close(), feed.stop()]);
      await pool.end();
    },
  };
}

/** Lets WebSockets in and keeps count of them. */
class Gate {
  private readonly services: RealtimeServices;
  private readonly sockets: WebSocketServer;
  private readonly connections = new Set<Connection>();
  private readonly sweep: NodeJS.Timeout;
  private isClosed = false;
  private onDrained: (() => void) | null = null;

  constructor(services: RealtimeServices) {
    this.services = services;
    const { maxFrameBytes, heartbeatTimeoutMs } = services.limits;
    // Without compression: messages are small, and a context per client would cost more than it saves on loopback.
    this.sockets = new WebSocketServer({ noServer: true, maxPayload: maxFrameBytes, perMessageDeflate: false });
    this.sweep = setInterval(() => {
      for (const connection of this.connections) connection.checkHeartbeat(heartbeatTimeoutMs);
    }, heartbeatTimeoutMs / 4);
  }

  get size(): number {
    return this.connections.size;
  }

  async admit(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // Until ws takes the socket over, a client that goes away must not bring the process down.
    const onEarlyError = (error: Error) =>
      this.services.log.info({ err: error }, "realtime client left during upgrade");
    socket.on("error", onEarlyError);
    const url = urlOf(request);
    if (!url) return refuse(socket, "400 Bad Request", "The address of this request is not understood");
    const refusal = this.refusal(url);
    if (refusal) return refuse(socket, ...refusal);
    let credential: Credential;
    try {
      credential = await this.services.credentials.fromApiKey(url.searchParams.get("apikey") ?? firstHeader(request));
    } catch (error) {
      if (error instanceof CredentialError) return refuse(socket, "401 Unauthorized", error.message);
      this.services.log.error({ err: error }, "realtime failed to admit a connection");
      return refuse(socket, "500 Internal Server Error", "Realtime failed, please try again");
    }
    if (this.isClosed) return refuse(socket, "503 Service Unavailable", "Realtime is restarting, please standby");
    const version: Version = url.searchParams.get("vsn") === "2.0.0" ? "2.0.0" : "1.0.0";
    this.sockets.handleUpgrade(request, socket, head, (webSocket) => {
      socket.off("error", onEarlyError);
      const { services } = this;
      const onClosed = (closed: Connection) => {
        this.connections.delete(closed);
        if (this.connections.size === 0) this.onDrained?.();
      };
      const headers = ownHeaders(request);
      this.connections.add(new Connection({ socket: webSocket, version, headers, credential, services, onClosed }));
    });
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearInterval(this.sweep);
    for (const connection of this.connections) connection.close(SERVICE_RESTART, "Realtime is restarting");
    if (this.connections.size > 0) {
      await new Promise<void>((resolve) => {
        const grace = setTimeout(resolve, CLOSE_GRACE_MS);
        this.onDrained = () => {
          clearTimeout(grace);
          resolve();
        };
      });
    }
    for (const connection of this.connections) connection.terminate();
    this.sockets.close();
  }

  private refusal(url: URL): [status: string, message: string] | null {
    if (!/^(\/realtime\/v1)?\/websocket\/?$/.test(url.pathname)) {
      return ["404 Not Found", "The WebSocket is at /realtime/v1/websocket"];
    }
    const version = url.searchParams.get("vsn") ?? "1.0.0";
    if (!["1.0.0", "2.0.0"].includes(version)) return ["400 Bad Request", "vsn must be 1.0.0 or 2.0.0"];
    const isFull = this.connections.size >= this.services.limits.maxConnections;
    return isFull ? ["503 Service Unavailable", "ConnectionRateLimitReached: Too many connected users"] : null;
  }
}

function refuse(socket: Duplex, status: string, message: string): void {
  const body = JSON.stringify({ message });
  const length = String(Buffer.byteLength(body));
  socket.end(
    `HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n${body}`,
  );
}

function firstHeader(request: IncomingMessage): string | undefined {
  const value = request.headers.apikey;
  return Array.isArray(value) ? value[0] : value;
}

function openPool(databaseUrl: string, limits: RealtimeLimits, log: RealtimeLog): Pool {
  const pool = new Pool({
    connectionString: databaseUrl,
    application_name: "realtime",
    max: 5,
    connectionTimeoutMillis: limits.databaseTimeoutMs,
    statement_timeout: limits.databaseTimeoutMs,
    query_timeout: limits.databaseTimeoutMs,
  });
  pool.on("error", (error) => log.warn({ err: error }, "realtime lost a pooled database connection"));
  // The pool listens to idle connections only: one that is cut while it is taken out, or on its way, would end the process.
  pool.on("connect", (client) =>
    client.on("error", (error) => log.warn({ err: error }, "realtime lost a database connection in use")),
  );
  return pool;
}

/** Under a lock, so that two servers that start side by side do not create the same thing at once. */
async function applySchema(pool: Pool): Promise<void> {
  await pool.query(`begin; select pg_advisory_xact_lock(7238401); ${realtimeSchemaSql}; commit;`);
}

function purgeRegularly(services: RealtimeServices): () => void {
  const purge = async () => {
    try {
      const count = await purgeMessages(services.pool, services.limits.retentionMs);
      if (count > 0) services.log.info({ count }, "realtime deleted old messages");
    } catch (error) {
      services.log.warn({ err: error }, "realtime could not delete old messages");
    }
  };
  void purge();
  const timer = setInterval(() => void purge(), PURGE_EVERY_MS);
  return () => clearInterval(timer);
}
