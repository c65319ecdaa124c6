-- Rights on what the Auth and Storage servers keep, once their tables exist. As in Supabase, nobody but the servers
-- reads the accounts; files are asked for through policies on storage.objects.

revoke all on all tables in schema auth from public, anon, authenticated;
grant select, references on all tables in schema auth to service_role;

grant usage on schema storage to anon, authenticated, service_role;
grant all on all tables in schema storage to anon, authenticated, service_role;
alter table storage.buckets enable row level security;
alter table storage.objects enable row level security;

create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (
  version text primary key,
  statements text[],
  name text
);
