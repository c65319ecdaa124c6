-- Workflows: one draft that changes, and versions that do not.

create table public.workflows (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  name text not null check (char_length(btrim(name)) between 1 and 200),
  description text not null default '',
  draft jsonb not null,
  -- Counts saves of the draft, so that two editors notice each other.
  revision integer not null default 1,
  latest_version integer,
  published_version integer,
  created_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  updated_by uuid,
  deleted_at timestamptz,
  unique (id, org_id)
);
create index workflows_list on public.workflows (org_id, updated_at desc, id) where deleted_at is null;
create index workflows_org on public.workflows (org_id);

create table public.workflow_versions (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  workflow_id uuid not null,
  version integer not null check (version > 0),
  definition jsonb not null,
  note text not null default '',
  created_by uuid,
  created_at timestamptz not null default now(),
  unique (workflow_id, version),
  -- What runs point at, so that a run, its version and its workflow are of one organisation.
  unique (workflow_id, version, org_id),
  foreign key (workflow_id, org_id) references public.workflows (id, org_id) on delete cascade
);
create index workflow_versions_org on public.workflow_versions (org_id, created_at desc);

-- A run reads its version for as long as it lives: whatever the role, a published graph does not change under it.
create trigger workflow_versions_immutable before update or delete on public.workflow_versions
  for each row execute function private.refuse_change();

alter table public.workflows enable row level security;
alter table public.workflows force row level security;
alter table public.workflow_versions enable row level security;
alter table public.workflow_versions force row level security;

-- Written by use cases alone: a graph is compiled before it is stored, which no policy can do.
revoke all on public.workflows, public.workflow_versions from anon, authenticated, service_role;
grant select, insert, update, delete on public.workflows to service_role;
grant select, insert on public.workflow_versions to service_role;
grant select on public.workflows, public.workflow_versions to authenticated;

create policy "members read" on public.workflows for select to authenticated
  using (org_id = any ((select private.org_ids())::uuid[]));
create policy "members read" on public.workflow_versions for select to authenticated
  using (org_id = any ((select private.org_ids())::uuid[]));
