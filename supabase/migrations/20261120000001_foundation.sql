-- Ground rules of the database: what the later migrations and every function in them rely on.
--
-- Tenancy is kept by row-level security. Its helper functions run as the role that owns them, which must therefore
-- see past the policies: on a role without BYPASSRLS the policies would call themselves without end.
do $$
begin
  if not exists (select 1 from pg_roles where rolname = current_user and (rolsuper or rolbypassrls)) then
    raise exception 'Role % cannot own Baton''s tables: it lacks BYPASSRLS.', current_user
      using hint = 'Run the migrations as the role "postgres" of a Supabase project, or: alter role ... bypassrls.';
  end if;
end
$$;

-- Supabase gives anon and authenticated every privilege on whatever appears in public. Here a table starts closed and
-- each privilege is granted by name, so that a policy somebody forgets costs a feature and not a tenant's data.
alter default privileges in schema public revoke all on tables from anon, authenticated;
alter default privileges in schema public revoke all on sequences from anon, authenticated;
alter default privileges in schema public revoke all on functions from anon, authenticated;

-- Helpers of the policies, and trigger functions. The data API exposes public alone, so nothing here is callable by HTTP.
create schema private;
revoke all on schema private from public;
grant usage on schema private to authenticated, service_role;

-- Who is asking. Supabase's gateways hand over the token's claims as one JSON setting, some also as single settings,
-- and auth.uid() of each reads its own: this reads both, so that a policy means the same everywhere.
create function private.user_id() returns uuid
language sql stable security definer set search_path = ''
as $$
  select coalesce(auth.uid(), nullif(auth.jwt() ->> 'sub', '')::uuid)
$$;
revoke all on function private.user_id() from public, anon;
grant execute on function private.user_id() to authenticated, service_role;

-- Guards tables whose rows are evidence. Rows go only together with what they belong to: a cascade deletes from inside
-- the parent's own trigger, which is what the depth tells.
create function private.refuse_change() returns trigger
language plpgsql set search_path = ''
as $$
begin
  if tg_op = 'DELETE' and pg_trigger_depth() > 1 then
    return old;
  end if;
  raise exception '% is append-only: % is refused.', tg_table_name, lower(tg_op)
    using errcode = 'BT011', hint = 'Add a new row instead. Rows go only with the organisation, workflow or run they belong to.';
end
$$;
revoke all on function private.refuse_change() from public, anon, authenticated;
