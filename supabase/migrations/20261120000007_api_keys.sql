-- How programs come in: their keys, and what makes their writes repeatable.

create table public.api_keys (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  name text not null check (char_length(btrim(name)) between 1 and 120),
  -- The first characters, by which people tell their keys apart. The key itself is shown once and kept nowhere.
  prefix text not null,
  key_hash bytea not null unique check (octet_length(key_hash) = 32),
  scopes text[] not null default '{}',
  role text not null check (role in ('owner', 'admin', 'builder', 'operator', 'approver', 'viewer')),
  created_by uuid,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz
);
create index api_keys_org on public.api_keys (org_id, created_at desc);

-- The answer to a write, kept so that the same write asked again gets it instead of a second effect.
-- status and response are null while the first one is still at work.
create table public.idempotency_keys (
  org_id uuid not null references public.organizations (id) on delete cascade,
  key text not null check (char_length(key) between 1 and 255),
  route text not null,
  request_hash bytea not null,
  status integer,
  response jsonb,
  created_at timestamptz not null default now(),
  primary key (org_id, key, route)
);
create index idempotency_keys_age on public.idempotency_keys (created_at);

alter table public.api_keys enable row level security;
alter table public.api_keys force row level security;
alter table public.idempotency_keys enable row level security;
alter table public.idempotency_keys force row level security;

revoke all on public.api_keys, public.idempotency_keys from anon, authenticated, service_role;
grant select, insert, update, delete on public.api_keys, public.idempotency_keys to service_role;
-- By column, so that the hash stays out of reach of every browser, also of an owner's. Reading * is therefore refused.
grant select (id, org_id, name, prefix, scopes, role, created_by, created_at, last_used_at, expires_at, revoked_at)
  on public.api_keys to authenticated;

create policy "members read" on public.api_keys for select to authenticated
  using (org_id = any ((select private.org_ids())::uuid[]));
