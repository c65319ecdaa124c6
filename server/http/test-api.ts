// The API on a real stack in a temporary home, with two organisations in it: for integration tests alone.
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { getRequestListener } from "@hono/node-server";
import { SignJWT } from "jose";
import { Pool } from "pg";
import { pino } from "pino";
import { startStack } from "../../cli/stack/stack.ts";
import { parseEnvironment } from "../../contracts/env.ts";
import { roles, type Role } from "../../contracts/api/common.ts";
import { hashKeySecret, makeKeySecret, prefixOf } from "../auth/api-key-secret.ts";
import { createContainer } from "../container.ts";
import type { Services } from "../services.ts";
import { createApp } from "./app.ts";

export interface TestOrg {
  id: string;
  /** Secret of an API key, by role. */
  keys: Record<Role, string>;
  /** User id and address, by role. */
  users: Record<Role, { id: string; email: string }>;
}

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  // Tests read answers by the shape they expect; each read is an assertion of its own.
  json: ReturnType<typeof JSON.parse>;
}

export interface TestApi {
  url: string;
  services: Services;
  pool: Pool;
  /** The variables of the stack's parts. */
  variables: Record<string, string>;
  home: TestOrg;
  foreign: TestOrg;
  call(
    method: string,
    path: string,
    options?: { as?: string; body?: unknown; raw?: string | Uint8Array; headers?: Record<string, string> },
  ): Promise<Reply>;
  /** A Supabase access token of a user. */
  token(user: { id: string; email: string }, expiresIn?: string): Promise<string>;
  /** Kills a part with SIGKILL; the supervisor starts it again. */
  kill(part: string): Promise<void>;
  stop(): Promise<void>;
}

type Part = "postgres" | "redis" | "supabase" | "model" | "worker";

/** Starts the parts and the API in this process; a minute at most. */
export async function startTestApi(
  parts: Part[] = ["postgres", "redis", "supabase", "worker"],
  variables: Record<string, string> = {},
): Promise<TestApi> {
  const folder = await mkdtemp(path.join(tmpdir(), "baton-api-"));
  const stack = await startStack({
    home: folder,
    port: 0,
    parts,
    quiet: true,
    env: { LOG_LEVEL: "warn", ...variables },
  });
  const env = parseEnvironment(stack.env);
  const container = createContainer(env, pino({ level: "silent" }));
  const app = createApp(container.services, { checkAnswers: true });
  const server = createServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const pool = new Pool({ connectionString: env.DATABASE_URL, max: 5 });
  // A test may kill the database under it.
  pool.on("error", () => undefined);

  if (parts.includes("worker")) {
    await until("a worker", container.services.health, (health) => health.services.workers === "healthy", 50_000);
  }

  return {
    url,
    services: container.services,
    pool,
    variables: stack.env,
    home: await makeOrg(pool, "Home"),
    foreign: await makeOrg(pool, "Foreign"),
    async call(method, where, options = {}) {
      const body = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
      const response = await fetch(`${url}/api/v1${where}`, {
        method,
        headers: {
          ...(options.as === undefined ? {} : { authorization: `Bearer ${options.as}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...options.headers,
        },
        ...(body === undefined ? {} : { body: body as BodyInit }),
      });
      const text = await response.text();
      const isJson = /json/.test(response.headers.get("content-type") ?? "");
      return {
        status: response.status,
        headers: response.headers,
        text,
        json: isJson && text !== "" ? JSON.parse(text) : undefined,
      };
    },
    token: (user, expiresIn = "10m") =>
      new SignJWT({ role: "authenticated", email: user.email })
        .setProtectedHeader({ alg: "HS256" })
        .setSubject(user.id)
        .setAudience("authenticated")
        .setIssuedAt()
        .setExpirationTime(expiresIn)
        .sign(new TextEncoder().encode(env.SUPABASE_JWT_SECRET)),
    async kill(part) {
      const child = stack.children.find((one) => one.name === part);
      if (child === undefined) throw new Error(`There is no part ${part}.`);
      child.kill("SIGKILL");
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await pool.end();
      await container.close();
      await stack.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function makeOrg(pool: Pool, name: string): Promise<TestOrg> {
  const id = randomUUID();
  await pool.query("insert into public.organizations (id, name, slug) values ($1, $2, $3)", [id, name, `o-${id}`]);
  const keys: Partial<TestOrg["keys"]> = {};
  const users: Partial<TestOrg["users"]> = {};
  for (const role of roles) {
    const user = { id: randomUUID(), email: `${role}-${id.slice(0, 8)}@test.local` };
    await pool.query("insert into auth.users (id, email) values ($1, $2)", [user.id, user.email]);
    await pool.query("insert into public.memberships (org_id, user_id, role) values ($1, $2, $3)", [id, user.id, role]);
    const secret = makeKeySecret();
    await pool.query("insert into public.api_keys (org_id, name, prefix, key_hash, role) values ($1, $2, $3, $4, $5)", [
      id,
      `${role} key`,
      prefixOf(secret),
      hashKeySecret(secret),
      role,
    ]);
    keys[role] = secret;
    users[role] = user;
  }
  return { id, keys: keys as TestOrg["keys"], users: users as TestOrg["users"] };
}

/** A workflow that computes and ends: adds one to `n`. */
export function computingFile(name = "Adds one"): object {
  return {
    schemaVersion: 1,
    name,
    input: { type: "object", properties: { n: { type: "number", maximum: 1_000 } }, required: ["n"] },
    nodes: [
      { id: "start", type: "start" },
      { id: "add", type: "transform", config: { value: { sum: "{{ input.n + 1 }}" } } },
      { id: "result", type: "output", config: { value: "{{ add.outputs.sum }}" } },
    ],
    edges: [
      { id: "e1", source: "start", target: "add" },
      { id: "e2", source: "add", target: "result" },
    ],
  };
}

/** A workflow that asks somebody and gives the decision. */
export function askingFile(config: object = {}, node: object = {}): object {
  return {
    schemaVersion: 1,
    name: "Asks",
    nodes: [
      { id: "start", type: "start" },
      { id: "ask", type: "approval", config: { title: "Go on?", ...config }, ...node },
      { id: "result", type: "output", config: { value: "{{ ask.outputs.decision }}" }, join: "any" },
    ],
    edges: [
      { id: "e1", source: "start", target: "ask" },
      { id: "e2", source: "ask", sourcePort: "approve", target: "result" },
      { id: "e3", source: "ask", sourcePort: "reject", target: "result" },
    ],
  };
}

/** Asks again until `holds`; twenty seconds unless said. */
export async function until<T>(
  what: string,
  ask: () => Promise<T>,
  holds: (value: T) => boolean,
  atMostMs = 20_000,
): Promise<T> {
  const deadline = performance.now() + atMostMs;
  for (;;) {
    const value = await ask();
    if (holds(value)) return value;
    if (performance.now() > deadline) throw new Error(`${what} did not happen: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
