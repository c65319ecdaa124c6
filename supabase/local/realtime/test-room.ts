import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { RealtimeChannel, RealtimeChannelOptions, SupabaseClient } from "@supabase/supabase-js";
import { createClient } from "@supabase/supabase-js";
import { SignJWT } from "jose";
import { WebSocket } from "ws";
import { createRealtimeServer } from "./server.ts";
import type { RealtimeOptions, RealtimeServer } from "./server.ts";
import { startTestPostgres } from "./test-postgres.ts";
import type { TestPostgres } from "./test-postgres.ts";

export const PUBLISHABLE_KEY = "sb_publishable_test";
export const SECRET_KEY = "sb_secret_test";
const JWT_SECRET = "a-secret-of-at-least-thirty-two-characters";

/** Topics "room:<name>:…" belong to the people listed in room_members, with what each may do. */
const POLICIES = `
  create table room_members (
    name text, user_id uuid, hear boolean default true, speak boolean default true, see boolean default true, appear boolean default true
  );
  grant select on room_members to authenticated;
  create policy "members read" on realtime.messages for select to authenticated using (
    exists (select 1 from room_members m where realtime.topic() = 'room:' || m.name and m.user_id = auth.uid()
      and ((realtime.messages.extension = 'broadcast' and m.hear) or (realtime.messages.extension = 'presence' and m.see))));
  create policy "members write" on realtime.messages for insert to authenticated with check (
    exists (select 1 from room_members m where realtime.topic() = 'room:' || m.name and m.user_id = auth.uid()
      and ((realtime.messages.extension = 'broadcast' and m.speak) or (realtime.messages.extension = 'presence' and m.appear))));`;

export interface LogLine {
  level: "info" | "warn" | "error";
  details: object;
  message: string | undefined;
}

/** A Realtime server on HTTP with its own database, and the people who use it. */
export class TestRoom {
  readonly postgres: TestPostgres;
  readonly logged: LogLine[] = [];
  realtime!: RealtimeServer;
  url = "";
  private readonly http = createServer();
  private readonly clients: SupabaseClient[] = [];
  private readonly sockets: WebSocket[] = [];
  private readonly tcp = new Set<Socket>();
  private readonly sessions = new WeakMap<SupabaseClient, { token: string }>();

  private constructor(postgres: TestPostgres) {
    this.postgres = postgres;
  }

  static async open(options: Partial<RealtimeOptions> = {}): Promise<TestRoom> {
    const room = new TestRoom(await startTestPostgres());
    await room.serve(options);
    await room.postgres.query(POLICIES);
    return room;
  }

  /** Starts the Realtime server, again after `realtime.close()`. */
  async serve(options: Partial<RealtimeOptions> = {}): Promise<void> {
    const write = (level: LogLine["level"]) => (details: object, message?: string) =>
      void this.logged.push({ level, details, message });
    this.realtime = await createRealtimeServer({
      databaseUrl: this.postgres.url,
      jwtSecret: JWT_SECRET,
      publishableKey: PUBLISHABLE_KEY,
      secretKey: SECRET_KEY,
      log: { info: write("info"), warn: write("warn"), error: write("error") },
      ...options,
    });
    if (this.http.listening) return;
    this.http.on("request", (request, response) => void this.realtime.handleRequest(request, response));
    this.http.on("upgrade", (request, socket, head) => this.realtime.handleUpgrade(request, socket, head));
    this.http.on("connection", (socket) => {
      this.tcp.add(socket);
      socket.once("close", () => this.tcp.delete(socket));
    });
    await new Promise<void>((resolve) => this.http.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${String((this.http.address() as AddressInfo).port)}`;
  }

  /** A client of supabase-js as an application makes it; without a token it is anonymous. */
  client(
    options: { token?: string; key?: string; vsn?: "1.0.0" | "2.0.0"; reconnectMs?: number } = {},
  ): SupabaseClient {
    const key = options.key ?? PUBLISHABLE_KEY;
    const session = { token: options.token ?? key };
    const client = createClient(this.url, key, {
      auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
      // Asked by realtime-js at every join and heartbeat, as it asks for the session's token in an application.
      accessToken: () => Promise.resolve(session.token),
      realtime: {
        ...(options.vsn ? { vsn: options.vsn } : {}),
        ...(options.reconnectMs === undefined ? {} : { reconnectAfterMs: () => options.reconnectMs ?? 0 }),
      },
    });
    this.sessions.set(client, session);
    // realtime-js joins without a token when it has not asked for one yet, and tries again a second later.
    if (options.token) void client.realtime.setAuth(options.token);
    this.clients.push(client);
    return client;
  }

  /** The client's session gets a new access token. */
  async renew(client: SupabaseClient, token: string): Promise<void> {
    Object.assign(this.sessions.get(client) ?? {}, { token });
    await client.realtime.setAuth();
  }

  /** A WebSocket without a library, for frames that no library would send. */
  async socket(vsn: "1.0.0" | "2.0.0" = "2.0.0"): Promise<WebSocket> {
    const url = `${this.url.replace("http", "ws")}/realtime/v1/websocket?apikey=${PUBLISHABLE_KEY}&vsn=${vsn}`;
    const socket = new WebSocket(url, { perMessageDeflate: false });
    this.sockets.push(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
    });
    return socket;
  }

  /** Cuts all TCP connections of this server without a word, as a failing network does. */
  cutSockets(): void {
    for (const socket of this.tcp) socket.destroy();
  }

  /** A person who is a member of the room. */
  async member(
    name: string,
    rights: Partial<Record<"hear" | "speak" | "see" | "appear", boolean>> = {},
  ): Promise<Person> {
    const id = randomUUID();
    const { hear = true, speak = true, see = true, appear = true } = rights;
    await this.postgres.query("insert into room_members values ($1, $2, $3, $4, $5, $6)", [
      name,
      id,
      hear,
      speak,
      see,
      appear,
    ]);
    return { id, token: await tokenOf(id) };
  }

  async close(): Promise<void> {
    // Not awaited: a client that is just reconnecting takes ten seconds to say that it has stopped.
    for (const client of this.clients) void client.realtime.disconnect();
    for (const socket of this.sockets) socket.terminate();
    await this.realtime.close();
    this.http.closeAllConnections();
    await new Promise((resolve) => this.http.close(resolve));
    await this.postgres.stop();
  }
}

export interface Person {
  id: string;
  token: string;
}

/** An access token as Supabase Auth signs it; `seconds` from now it expires. */
export function tokenOf(id: string, seconds = 3600, secret = JWT_SECRET): Promise<string> {
  return new SignJWT({ role: "authenticated", jti: randomUUID() })
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(id)
    .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
    .sign(new TextEncoder().encode(secret));
}

/** Polls until the condition holds; fails after the deadline with what it was waiting for. */
export async function until(what: string, condition: () => boolean | Promise<boolean>, ms = 10_000): Promise<void> {
  const deadline = performance.now() + ms;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Still waiting for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export interface Heard {
  event: string;
  payload: unknown;
  meta?: { id: string; replayed?: boolean };
}

/** A channel that keeps all that it is told. */
export interface Listener {
  channel: RealtimeChannel;
  heard: Heard[];
  system: { status: string; message: string; extension: string }[];
  statuses: string[];
  errors: string[];
}

/** Listens to a topic without waiting for the outcome. */
export function listen(client: SupabaseClient, topic: string, config: RealtimeChannelOptions["config"] = {}): Listener {
  const channel = client.channel(topic, { config });
  const listener: Listener = { channel, heard: [], system: [], statuses: [], errors: [] };
  channel
    .on("broadcast", { event: "*" }, ({ event, payload, meta }) => listener.heard.push({ event, payload, meta }))
    .on("system", {}, (message) => listener.system.push(message))
    .subscribe((status, error) => {
      listener.statuses.push(status);
      if (error) listener.errors.push(error.message);
    });
  return listener;
}

/** Listens and waits until subscribed. */
export async function subscribed(...args: Parameters<typeof listen>): Promise<Listener> {
  const listener = listen(...args);
  await until(`SUBSCRIBED to ${args[1]} (${listener.errors.join()})`, () => listener.statuses.includes("SUBSCRIBED"));
  return listener;
}
