-- Templates of an organisation: workflow files that its members begin with, beside those that come with the product.

create table public.workflow_templates (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  name text not null check (char_length(btrim(name)) between 1 and 200),
  description text not null default '' check (char_length(description) <= 2000),
  category text not null check (char_length(btrim(category)) between 1 and 60),
  -- json and not jsonb: people's order of fields is kept.
  definition json not null,
  sample_input json,
  created_by uuid,
  created_at timestamptz not null default now()
);
create index workflow_templates_list on public.workflow_templates (org_id, created_at desc, id);

alter table public.workflow_templates enable row level security;
alter table public.workflow_templates force row level security;

-- Written by use cases alone: a graph is compiled before it is stored, which no policy can do.
revoke all on public.workflow_templates from anon, authenticated, service_role;
grant select, insert, update, delete on public.workflow_templates to service_role;
grant select on public.workflow_templates to authenticated;

create policy "members read" on public.workflow_templates for select to authenticated
  using (org_id = any ((select private.org_ids())::uuid[]));
