-- Requests that people decide.

create table public.approvals (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  run_id uuid not null,
  -- Copied from the run, for the inbox; the run's own key keeps it true.
  workflow_id uuid not null,
  node_id text not null,
  step_id text not null,
  title text not null,
  description text not null default '',
  options jsonb not null default '[]',
  preselected text,
  recommended text,
  recommendation text,
  assignee jsonb not null default '{"kind":"anyone"}' check (
    jsonb_typeof(assignee) = 'object' and coalesce(assignee ->> 'kind' in ('user', 'role', 'group', 'anyone'), false)
  ),
  urgency text not null default 'normal' check (urgency in ('low', 'normal', 'high', 'critical')),
  deadline_at timestamptz,
  -- Nothing approves unless an author said so, and never what cannot be undone (see expire_approval).
  on_timeout text not null default 'reject' check (on_timeout in ('reject', 'escalate', 'approve')),
  escalate_to jsonb,
  escalated_at timestamptz,
  required_fields jsonb not null default '[]',
  channels jsonb not null default '[]',
  context jsonb not null default '{}',
  irreversible boolean not null default false,
  status text not null default 'pending' check (status in ('pending', 'decided', 'expired', 'cancelled')),
  decision text,
  comment text,
  fields jsonb,
  decided_by uuid,
  decided_by_label text,
  decided_via text check (decided_via in ('app', 'link', 'api', 'slack', 'system')),
  decided_ip inet,
  decided_user_agent text,
  decided_at timestamptz,
  created_at timestamptz not null default now(),
  unique (run_id, step_id, created_at),
  foreign key (run_id, org_id) references public.runs (id, org_id) on delete cascade,
  check (status <> 'decided' or (decision is not null and decided_at is not null))
);
create index approvals_inbox on public.approvals (org_id, status, created_at desc);
create index approvals_by_workflow on public.approvals (workflow_id, created_at desc);
create index approvals_deadline on public.approvals (deadline_at) where status = 'pending';
create index approvals_pending_step on public.approvals (run_id, step_id) where status = 'pending';

alter table public.approvals enable row level security;
alter table public.approvals force row level security;
revoke all on public.approvals from anon, authenticated, service_role;
grant select, insert, update, delete on public.approvals to service_role;
grant select on public.approvals to authenticated;

create policy "members read" on public.approvals for select to authenticated
  using (org_id = any ((select private.org_ids())::uuid[]));
