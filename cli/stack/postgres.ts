import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { findPostgres } from "./binaries.ts";
import type { ChildSpec } from "./child.ts";
import type { Home } from "./home.ts";
import { spawnEnvironment } from "./node-script.ts";
import { giveTo, type RunAs, runAsUnprivileged } from "./unprivileged.ts";

/** The address of the embedded database, with the superuser's password. */
export function postgresUrl(home: Home, port: number): string {
  return `postgresql://postgres:${home.secrets.databasePassword}@127.0.0.1:${port}/postgres`;
}

/**
 * Makes the data folder if there is none, and says how to run PostgreSQL on it.
 * @throws Error when the binaries are missing, or belong to another major version than the data
 */
export async function preparePostgres(home: Home, port: number): Promise<ChildSpec> {
  const binaries = findPostgres();
  if (binaries === null) {
    throw new Error(
      `There are no PostgreSQL programs for ${process.platform}-${process.arch}: run npm ci, ` +
        "or set the variables of a hosted Supabase.",
    );
  }
  const runAs = runAsUnprivileged([binaries.postgres, home.postgres]);
  if (!existsSync(join(home.postgres, "PG_VERSION"))) await initialise(home, binaries.initdb, runAs);
  giveToOwnerIfMoved(home.postgres, runAs);
  chmodSync(home.postgres, 0o700);
  const [command = "", ...prefix] = [...runAs.prefix, binaries.postgres];
  return {
    name: "postgres",
    kind: "native",
    command,
    args: [...prefix, "-D", home.postgres, ...settings(port).flatMap((setting) => ["-c", setting])],
    env: { ...plainEnvironment() },
    cwd: home.postgres,
    ...(runAs.owner === undefined ? {} : { owner: runAs.owner }),
    // SIGINT is PostgreSQL's "fast" stop: it ends sessions and writes a checkpoint. SIGTERM would wait for sessions.
    stopSignal: "SIGINT",
    graceMs: 20_000,
    readyWithinMs: 60_000,
    probe: () => probe(postgresUrl(home, port)),
  };
}

function settings(port: number): string[] {
  return [
    `port=${port}`,
    "listen_addresses=127.0.0.1",
    // No socket file: its path would have to be short, and nobody needs it.
    "unix_socket_directories=",
    "shared_buffers=128MB",
    "max_connections=100",
    "synchronous_commit=on",
    "timezone=UTC",
    "log_timezone=UTC",
    "log_min_messages=warning",
    "log_line_prefix=%m [%p] ",
    // Nothing replicates from this server, so its log need not carry what replicas want.
    "wal_level=minimal",
    "max_wal_senders=0",
    "jit=off",
  ];
}

function plainEnvironment(): Record<string, string> {
  return { PATH: process.env["PATH"] ?? "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" };
}

/** Builds the cluster under another name first: an interrupted first start leaves nothing that looks finished. */
async function initialise(home: Home, initdb: string, runAs: RunAs): Promise<void> {
  const draft = `${home.postgres}.new`;
  rmSync(draft, { recursive: true, force: true });
  rmSync(home.postgres, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  giveTo(runAs.dataOwner, draft);
  const passwordFolder = mkdtempSync(join(tmpdir(), "baton-"));
  const passwordFile = join(passwordFolder, "password");
  try {
    writeFileSync(passwordFile, `${home.secrets.databasePassword}\n`, { mode: 0o600 });
    giveTo(runAs.dataOwner, passwordFolder);
    const [command = "", ...args] = [
      ...runAs.prefix,
      initdb,
      `--pgdata=${draft}`,
      "--username=postgres",
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      // The built-in provider sorts the same on every machine, whatever locales its system has.
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--locale=C",
      "--no-sync",
      "--no-instructions",
    ];
    await run(command, args, draft, runAs);
    renameSync(draft, home.postgres);
  } finally {
    rmSync(passwordFolder, { recursive: true, force: true });
  }
}

function run(command: string, args: string[], cwd: string, runAs: RunAs): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: spawnEnvironment(plainEnvironment()),
      stdio: ["ignore", "pipe", "pipe"],
      ...runAs.owner,
    });
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.once("error", reject);
    child.once("close", (status) =>
      status === 0
        ? resolve()
        : reject(new Error(`The database could not be made (initdb, status ${status}):\n${said}`)),
    );
  });
}

/** A home that was used by an ordinary user before, or copied by root, still has its old owner. */
function giveToOwnerIfMoved(data: string, runAs: RunAs): void {
  const version = readFileSync(join(data, "PG_VERSION"), "utf8").trim();
  if (version !== "18") {
    throw new Error(
      `The data in ${data} was made by PostgreSQL ${version}; this is PostgreSQL 18. ` +
        "Set BATON_HOME to a new folder, or move the data over with pg_dump.",
    );
  }
  if (runAs.dataOwner !== null && statSync(data).uid !== runAs.dataOwner.uid) giveTo(runAs.dataOwner, data);
}

async function probe(connectionString: string): Promise<void> {
  const client = new Client({ connectionString, connectionTimeoutMillis: 2000 });
  // A server that is still starting cuts the connection; the rejection below says so already.
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query("select 1");
  } finally {
    await client.end();
  }
}
