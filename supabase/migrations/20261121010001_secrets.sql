-- What an organisation keeps secret: credentials of services its workflows call, and the keys of its model providers.
-- Encrypted before it comes here (AES-256-GCM, the key never enters the database), and out of reach of every browser.

create table public.credentials (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  -- Workflow files refer to it by this name.
  name text not null check (name ~ '^[A-Za-z0-9][A-Za-z0-9 ._-]{0,79}$'),
  kind text not null check (kind in ('bearer', 'basic', 'header', 'query')),
  -- The header, the parameter or the user; what is no secret of it.
  field text check (char_length(field) between 1 and 200),
  -- It is sent to these hosts and to no other.
  hosts text[] not null check (cardinality(hosts) between 1 and 20),
  key_version smallint not null,
  nonce bytea not null check (octet_length(nonce) = 12),
  sealed bytea not null,
  created_by uuid,
  created_at timestamptz not null default now(),
  rotated_at timestamptz,
  last_used_at timestamptz,
  unique (org_id, name)
);

create table public.model_providers (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  name text not null check (char_length(btrim(name)) between 1 and 60),
  base_url text not null check (char_length(base_url) <= 500),
  default_model text not null check (char_length(default_model) between 1 and 200),
  -- [{ name, inputUsd, outputUsd }]: US dollars for a million tokens, null where the price list is to tell.
  models jsonb not null default '[]' check (jsonb_typeof(models) = 'array' and octet_length(models::text) <= 65536),
  -- The first one answers steps that name no model.
  position integer not null default 0,
  -- All three null for a provider that wants no key.
  key_version smallint,
  nonce bytea check (octet_length(nonce) = 12),
  sealed bytea,
  created_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  last_used_at timestamptz,
  unique (org_id, name),
  check ((sealed is null) = (nonce is null) and (sealed is null) = (key_version is null))
);

alter table public.credentials enable row level security;
alter table public.credentials force row level security;
alter table public.model_providers enable row level security;
alter table public.model_providers force row level security;
-- No policy and no grant for browsers: the API tells them what is no secret.
revoke all on public.credentials, public.model_providers from anon, authenticated, service_role;
grant select, insert, update, delete on public.credentials, public.model_providers to service_role;
