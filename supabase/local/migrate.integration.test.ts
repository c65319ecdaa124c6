import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Stack, startStack } from "../../cli/stack/stack.ts";
import { MigrationError, migrateDatabase } from "./migrate.ts";

let stack: Stack;
let folder: string;
let url: string;
const temporary = mkdtempSync(join(tmpdir(), "baton-migrate-"));

beforeAll(async () => {
  stack = await startStack({ home: join(temporary, "home"), port: 0, parts: ["postgres"], quiet: true });
});
afterAll(async () => {
  await stack?.stop();
  rmSync(temporary, { recursive: true, force: true });
});
beforeEach(async () => {
  folder = mkdtempSync(join(temporary, "migrations-"));
  const name = `m${Math.random().toString(36).slice(2)}`;
  await sql(stack.env["DATABASE_URL"]!, `create database ${name}`);
  url = stack.env["DATABASE_URL"]!.replace(/\/postgres$/, `/${name}`);
});

async function sql(database: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: database });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

describe("migrateDatabase", () => {
  it("applies in order what is new, once, and records it as the Supabase CLI does", async () => {
    write("20260101000002_second.sql", "insert into t values (1);");
    write("20260101000001_first.sql", "create table t (id int);");
    expect(await migrateDatabase(url, folder)).toEqual(["20260101000001", "20260101000002"]);
    expect(await migrateDatabase(url, folder)).toEqual([]);
    write("20260101000003_third.sql", "insert into t values (2);");
    expect(await migrateDatabase(url, folder)).toEqual(["20260101000003"]);
    expect(await sql(url, "select id from t order by id")).toEqual([{ id: 1 }, { id: 2 }]);
    expect(
      await sql(url, "select version, name from supabase_migrations.schema_migrations order by 1 limit 1"),
    ).toEqual([{ version: "20260101000001", name: "first" }]);
  });

  it("keeps nothing of one that fails, and says where", async () => {
    write("20260101000001_bad.sql", "create table half (id int);\nselect\n  nothing_here;");
    await expect(migrateDatabase(url, folder)).rejects.toThrow(MigrationError);
    await expect(migrateDatabase(url, folder)).rejects.toThrow(/20260101000001_bad\.sql failed, line 3/);
    await expect(sql(url, "select * from half")).rejects.toThrow("does not exist");
    write("20260101000001_bad.sql", "create table whole (id int);");
    expect(await migrateDatabase(url, folder)).toEqual(["20260101000001"]);
  });

  it("refuses one that was changed after it had been applied", async () => {
    write("20260101000001_a.sql", "select 1;");
    await migrateDatabase(url, folder);
    write("20260101000001_a.sql", "select 2;");
    await expect(migrateDatabase(url, folder)).rejects.toThrow("was changed after this database had applied it");
  });

  it("goes on where the Supabase CLI stopped", async () => {
    write("20260101000001_a.sql", "create table a (id int); create table b (id int);");
    await sql(
      url,
      `create schema supabase_migrations;
       create table supabase_migrations.schema_migrations (version text primary key, statements text[], name text);
       insert into supabase_migrations.schema_migrations values
         ('20260101000001', array['create table a (id int)', 'create table b (id int)'], 'a');`,
    );
    expect(await migrateDatabase(url, folder)).toEqual([]);
  });

  it("applies each once when several start at the same moment", async () => {
    write("20260101000001_a.sql", "create table a (id int);");
    write("20260101000002_b.sql", "create table b (id int);");
    const results = await Promise.all(Array.from({ length: 6 }, () => migrateDatabase(url, folder)));
    expect(results.flat().toSorted()).toEqual(["20260101000001", "20260101000002"]);
  });

  it.each(["first.sql", "2026_short.sql", "20260101000001-dash.sql"])("refuses the name %s", async (name) => {
    write(name, "select 1;");
    await expect(migrateDatabase(url, folder)).rejects.toThrow("YYYYMMDDHHMMSS_name.sql");
  });
});
