import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Client } from "pg";
import { accountTablesSql } from "./lite.ts";

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), "utf8");

/**
 * Brings a plain PostgreSQL to the state of a new Supabase project: roles, rights, and the tables of Auth, Storage
 * and Realtime. Does nothing when this very text was applied before, so that a second start costs one query.
 */
export async function bootstrapDatabase(client: Client): Promise<"applied" | "unchanged"> {
  const parts = [
    { name: "roles and rights", sql: read("./bootstrap.sql") },
    { name: "accounts and files", sql: accountTablesSql() },
    { name: "rights on accounts and files", sql: read("./bootstrap-after.sql") },
    ...realtimePart(),
  ];
  const digest = createHash("sha256");
  for (const part of parts) digest.update(part.sql);
  const stamp = digest.digest("hex");

  await client.query("select pg_advisory_lock(hashtext('baton bootstrap'))");
  try {
    await client.query("create schema if not exists supabase_local");
    await client.query("create table if not exists supabase_local.bootstrap (stamp text primary key, at timestamptz)");
    const { rowCount } = await client.query("select 1 from supabase_local.bootstrap where stamp = $1", [stamp]);
    if (rowCount === 1) return "unchanged";
    await client.query("begin");
    try {
      for (const part of parts) await applyPart(client, part);
      await client.query("delete from supabase_local.bootstrap");
      await client.query("insert into supabase_local.bootstrap values ($1, now())", [stamp]);
      await client.query("commit");
    } catch (error) {
      await client.query("rollback");
      throw error;
    }
    return "applied";
  } finally {
    await client.query("select pg_advisory_unlock(hashtext('baton bootstrap'))");
  }
}

async function applyPart(client: Client, part: { name: string; sql: string }): Promise<void> {
  try {
    await client.query(part.sql);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`The local database could not be prepared (${part.name}): ${why}`, { cause: error });
  }
}

function realtimePart(): { name: string; sql: string }[] {
  const path = fileURLToPath(new URL("./realtime/schema.sql", import.meta.url));
  return existsSync(path) ? [{ name: "realtime", sql: readFileSync(path, "utf8") }] : [];
}
