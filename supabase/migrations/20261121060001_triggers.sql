-- What starts runs by itself: webhooks, schedules, events of the bus, forms. And each time one of them was set off.

create table public.triggers (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  workflow_id uuid not null,
  kind text not null check (kind in ('webhook', 'schedule', 'event', 'form')),
  name text not null check (char_length(btrim(name)) between 1 and 120),
  enabled boolean not null default true,
  -- What the kind needs, checked by contracts/api/trigger.ts. No secrets in it.
  config jsonb not null check (jsonb_typeof(config) = 'object' and octet_length(config::text) <= 300000),
  -- The version its runs start on; the published one when null.
  version integer check (version > 0),
  -- The address of webhooks and forms: what is stored cannot be called. A form's address is for the public, and shown again.
  token_hash bytea unique check (octet_length(token_hash) = 32),
  token_hint text,
  form_token text check (form_token is null or kind = 'form'),
  -- Sealed with BATON_SECRET. After a rotation the secret before stays good for a while, so that senders can follow.
  secret_sealed text,
  old_secret_sealed text,
  old_secret_until timestamptz,
  event_name text check ((event_name is not null) = (kind = 'event')),
  -- Schedules: the next time to fire, null when paused or when there is none. The scheduler's only cursor.
  next_fire_at timestamptz,
  last_fired_at timestamptz,
  -- Requests that were not let in (signature, time): counted, not kept, since anybody can send them.
  refused_count integer not null default 0,
  last_refusal text,
  last_refused_at timestamptz,
  created_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, org_id),
  foreign key (workflow_id, org_id) references public.workflows (id, org_id) on delete cascade
);
create index triggers_workflow on public.triggers (workflow_id, created_at);
create index triggers_org on public.triggers (org_id, created_at);
create index triggers_due on public.triggers (next_fire_at) where next_fire_at is not null;
create index triggers_event on public.triggers (org_id, event_name) where event_name is not null;

-- One row each time a trigger was set off, by a key that says which time it was: the sender's event id, the moment of the
-- schedule, the event of the bus. The unique key is what makes it start one run, whoever tells of it and how often.
create table public.trigger_deliveries (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  trigger_id uuid not null,
  key text not null check (char_length(key) between 1 and 300),
  status text not null default 'pending' check (status in ('pending', 'started', 'refused', 'filtered', 'skipped')),
  -- What came, kept so that it can be delivered again: {body, headers, query}, {fireAt} or {event}.
  payload jsonb not null default '{}',
  -- Chosen when it came, so that the answer can name the run before it is stored.
  run_id uuid not null default gen_random_uuid(),
  error jsonb,
  attempts integer not null default 0,
  -- How often the same came again.
  repeats integer not null default 0,
  redelivery_of uuid,
  due_at timestamptz not null default now(),
  claimed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (trigger_id, key),
  foreign key (trigger_id, org_id) references public.triggers (id, org_id) on delete cascade
);
create index trigger_deliveries_list on public.trigger_deliveries (trigger_id, created_at desc, id desc);
create index trigger_deliveries_pending on public.trigger_deliveries (due_at) where status = 'pending';

alter table public.triggers enable row level security;
alter table public.triggers force row level security;
alter table public.trigger_deliveries enable row level security;
alter table public.trigger_deliveries force row level security;

-- Written by use cases alone: a trigger's expressions and times are checked before they are stored.
revoke all on public.triggers, public.trigger_deliveries from anon, authenticated, service_role;
grant select, insert, update, delete on public.triggers, public.trigger_deliveries to service_role;
-- By column: hashes and sealed secrets stay out of reach of every browser. Reading * is therefore refused.
grant select (id, org_id, workflow_id, kind, name, enabled, config, version, token_hint, form_token, old_secret_until, event_name,
  next_fire_at, last_fired_at, refused_count, last_refusal, last_refused_at, created_by, created_at, updated_at)
  on public.triggers to authenticated;
grant select on public.trigger_deliveries to authenticated;

create policy "members read" on public.triggers for select to authenticated
  using (org_id = any ((select private.org_ids())::uuid[]));
create policy "members read" on public.trigger_deliveries for select to authenticated
  using (org_id = any ((select private.org_ids())::uuid[]));
