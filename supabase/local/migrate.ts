import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "pg";

const defaultFolder = fileURLToPath(new URL("../migrations/", import.meta.url));

interface Migration {
  version: string;
  name: string;
  sql: string;
}

/** A migration cannot be applied; the message names the file and says what to do. */
export class MigrationError extends Error {
  override name = "MigrationError";
}

/**
 * Applies the migrations that a database does not have yet, in order, each in a transaction of its own, and records
 * them where the Supabase CLI does, so that either may go on where the other stopped.
 *
 * @param databaseUrl any PostgreSQL, embedded or hosted
 * @returns the versions applied now
 * @throws MigrationError when a file is misnamed, fails, or was changed after it had been applied
 */
export async function migrateDatabase(databaseUrl: string, folder: string = defaultFolder): Promise<string[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return await applyMigrations(client, folder);
  } finally {
    await client.end();
  }
}

/** The same on an open connection. */
export async function applyMigrations(client: Client, folder: string = defaultFolder): Promise<string[]> {
  const migrations = await readMigrations(folder);
  // Two starts may meet on one hosted database; the second waits and then finds nothing to do.
  await client.query("select pg_advisory_lock(hashtext('baton migrations'))");
  try {
    const applied = await readApplied(client);
    const done: string[] = [];
    for (const migration of migrations) {
      const digest = applied.get(migration.version);
      if (digest === undefined) {
        await applyOne(client, migration);
        done.push(migration.version);
      } else {
        refuseChanged(migration, digest);
      }
    }
    return done;
  } finally {
    await client.query("select pg_advisory_unlock(hashtext('baton migrations'))");
  }
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".sql")).toSorted();
  const migrations: Migration[] = [];
  for (const file of files) {
    const match = /^(\d{14})_([\w-]+)\.sql$/.exec(file);
    const [, version = "", name = ""] = match ?? [];
    if (match === null) {
      throw new MigrationError(`${join(folder, file)} is not named YYYYMMDDHHMMSS_name.sql. Rename it.`);
    }
    const twin = migrations.find((other) => other.version === version);
    if (twin !== undefined) {
      throw new MigrationError(`Two migrations have the number ${version}: ${twin.name} and ${name}. Renumber one.`);
    }
    migrations.push({ version, name, sql: await readFile(join(folder, file), "utf8") });
  }
  return migrations;
}

/** Version to the digest of what was applied; an empty digest where the Supabase CLI applied it. */
async function readApplied(client: Client): Promise<Map<string, string>> {
  await client.query("create schema if not exists supabase_migrations");
  await client.query(
    "create table if not exists supabase_migrations.schema_migrations (version text primary key, statements text[], name text)",
  );
  const { rows } = await client.query<{ version: string; statements: string[] | null }>(
    "select version, statements from supabase_migrations.schema_migrations",
  );
  // We record a file as one statement. The CLI splits it, so what it applied cannot be compared.
  return new Map(
    rows.map(({ version, statements }) => [version, statements?.length === 1 ? digestOf(statements[0] ?? "") : ""]),
  );
}

function refuseChanged(migration: Migration, digest: string): void {
  if (digest === "" || digest === digestOf(migration.sql)) return;
  throw new MigrationError(
    `The migration ${migration.version}_${migration.name}.sql was changed after this database had applied it. ` +
      "Put the file back as it was and write the change as a new migration; " +
      "or, where the data does not matter, start with a new BATON_HOME.",
  );
}

async function applyOne(client: Client, migration: Migration): Promise<void> {
  await client.query("begin");
  try {
    await client.query(migration.sql);
    await client.query(
      "insert into supabase_migrations.schema_migrations (version, name, statements) values ($1, $2, $3)",
      [migration.version, migration.name, [migration.sql]],
    );
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw new MigrationError(describeFailure(migration, error), { cause: error });
  }
}

function describeFailure(migration: Migration, error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  const position = error instanceof Error && "position" in error ? Number(error.position) : Number.NaN;
  const line = Number.isNaN(position) ? "" : `, line ${migration.sql.slice(0, position).split("\n").length}`;
  return `The migration ${migration.version}_${migration.name}.sql failed${line}: ${why}. Nothing of it was kept.`;
}

function digestOf(sql: string): string {
  return createHash("sha256").update(sql).digest("hex");
}
