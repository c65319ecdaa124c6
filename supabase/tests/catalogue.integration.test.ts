// What the catalogue must say of every table, policy and function, so that a new one cannot be forgotten.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestDatabase, type TestDatabase } from "./test-database.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(async () => {
  await database?.stop();
});

async function names(sql: string): Promise<string[]> {
  const { rows } = await database.pool.query<{ name: string }>(sql);
  return rows.map((row) => row.name);
}

describe("tables", () => {
  it("all have row-level security, enabled and forced", async () => {
    const open = await names(`
      select relname as name from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not (relrowsecurity and relforcerowsecurity)`);
    expect(open).toEqual([]);
  });

  it("give anon no privilege at all, nor on a column", async () => {
    const granted = await names(`
      select table_name || '.' || privilege_type as name from information_schema.table_privileges
      where table_schema = 'public' and grantee in ('anon', 'PUBLIC')
      union all
      select table_name || '.' || column_name from information_schema.column_privileges
      where table_schema = 'public' and grantee in ('anon', 'PUBLIC')`);
    expect(granted).toEqual([]);
  });

  it("let browsers write these columns and no others", async () => {
    const granted = await names(`
      select table_name || ': ' || lower(privilege_type) || coalesce(' ' || string_agg(column_name, ', ' order by column_name), '') as name
      from information_schema.column_privileges
      where table_schema = 'public' and grantee = 'authenticated' and privilege_type <> 'SELECT'
      group by table_name, privilege_type
      union all
      select table_name || ': ' || lower(privilege_type) from information_schema.table_privileges
      where table_schema = 'public' and grantee = 'authenticated' and privilege_type <> 'SELECT'
      order by name`);
    expect(granted).toEqual([
      "group_members: delete",
      "group_members: insert group_id, org_id, user_id",
      "groups: delete",
      "groups: insert name, org_id",
      "groups: update name",
      "memberships: delete",
      "memberships: insert org_id, role, user_id",
      "memberships: update role",
      "organizations: update name, settings, slug",
      "profiles: update name",
    ]);
  });

  it("let nobody but their owner truncate, trigger or reference them", async () => {
    const granted = await names(`
      select grantee || ' ' || privilege_type || ' ' || table_name as name from information_schema.table_privileges
      where table_schema = 'public' and grantee in ('authenticated', 'service_role')
        and privilege_type in ('TRUNCATE', 'TRIGGER', 'REFERENCES')`);
    expect(granted).toEqual([]);
  });

  it("have an index for every foreign key", async () => {
    const missing = await names(`
      select c.conrelid::regclass || ' ' || c.conname as name from pg_constraint c
      where c.contype = 'f' and c.connamespace = 'public'::regnamespace and not exists (
        select 1 from pg_index i where i.indrelid = c.conrelid and i.indpred is null and i.indkey[0] = any (c.conkey))`);
    expect(missing).toEqual([]);
  });

  it("start closed when a later migration adds one", async () => {
    const client = await database.pool.connect();
    try {
      await client.query("begin; create table public.added_later (id int); create sequence public.added_sequence");
      const { rows } = await client.query(`select
        has_table_privilege('anon', 'public.added_later', 'select, insert, update, delete') as anon,
        has_table_privilege('authenticated', 'public.added_later', 'select, insert, update, delete') as authenticated,
        has_sequence_privilege('authenticated', 'public.added_sequence', 'usage, select, update') as sequence`);
      expect(rows[0]).toEqual({ anon: false, authenticated: false, sequence: false });
    } finally {
      await client.query("rollback");
      client.release();
    }
  });
});

describe("policies", () => {
  it("never let everything through, and check what an update writes", async () => {
    const weak = await names(`
      select tablename || ': ' || policyname as name from pg_policies
      where schemaname in ('public', 'realtime') and (
        qual = 'true' or with_check = 'true' or (cmd in ('UPDATE', 'ALL') and with_check is null))`);
    expect(weak).toEqual([]);
  });

  it("are for signed-in people alone and trust no claim that people can edit", async () => {
    const odd = await names(`
      select tablename || ': ' || policyname as name from pg_policies
      where schemaname in ('public', 'realtime') and (
        roles <> '{authenticated}' or coalesce(qual, '') || coalesce(with_check, '') ~ 'user_metadata|jwt')`);
    expect(odd).toEqual([]);
  });

  it("exist for reading on every table that browsers may read, and on no other", async () => {
    const closed = await names(`
      select c.relname as name from pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and not exists (
        select 1 from pg_policies p where p.schemaname = 'public' and p.tablename = c.relname and p.cmd = 'SELECT')
      order by 1`);
    expect(closed).toEqual([
      "approval_notices",
      "credentials",
      "idempotency_keys",
      "invitations",
      "model_providers",
      "run_calls",
      "run_listeners",
      "run_signals",
      "run_timers",
    ]);
  });
});

describe("functions", () => {
  it("have a fixed search_path", async () => {
    const loose = await names(`
      select p.oid::regprocedure::text as name from pg_proc p
      where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
        and not coalesce(p.proconfig, '{}') @> array['search_path=""']`);
    expect(loose).toEqual([]);
  });

  it("are closed to anon and PUBLIC", async () => {
    const open = await names(`
      select p.oid::regprocedure::text as name from pg_proc p
      where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
        and has_function_privilege('anon', p.oid, 'execute')`);
    expect(open).toEqual([]);
  });

  it("offer browsers nothing but making an organisation, counting and finding their own runs, and the questions that policies ask", async () => {
    const callable = await names(`
      select p.oid::regprocedure::text as name from pg_proc p
      where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
        and has_function_privilege('authenticated', p.oid, 'execute') order by 1`);
    expect(callable).toEqual([
      "create_organization(text)",
      "latest_runs(uuid[])",
      "private.colleague_ids()",
      "private.has_role(uuid,text[])",
      "private.is_member(uuid)",
      "private.may_hear(text)",
      "private.org_ids(text[])",
      "private.user_id()",
      "run_numbers(uuid,integer,text,integer)",
    ]);
  });
});

it("views show what their reader may see, not what their owner may", async () => {
  const unsafe = await names(`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and (relkind = 'm' or (relkind = 'v'
      and not coalesce(reloptions, '{}') && array['security_invoker=true', 'security_invoker=on']))`);
  expect(unsafe).toEqual([]);
});
