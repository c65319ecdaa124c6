-- Runs and their journal. The journal is the truth; the row of a run is its fence (last_seq) and what lists show of it.

create table public.runs (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null,
  workflow_id uuid not null,
  version integer not null,
  workflow_name text not null,
  status text not null default 'queued'
    check (status in ('queued', 'running', 'waiting', 'paused', 'completed', 'failed', 'cancelled')),
  input jsonb,
  output jsonb,
  error jsonb,
  trigger jsonb,
  priority integer not null default 0,
  cost_usd numeric not null default 0,
  input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  model_label text,
  created_by uuid,
  idempotency_key text,
  last_seq bigint not null default 0,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz,
  updated_at timestamptz not null default now(),
  unique (id, org_id),
  -- One key instead of three: the version names workflow and organisation, and starting many runs of one organisation
  -- at once does not queue up on locks of the organisation's row.
  foreign key (workflow_id, version, org_id)
    references public.workflow_versions (workflow_id, version, org_id) on delete cascade
) with (fillfactor = 85); -- Room on the page: an append updates the row in place and no index, as updated_at and last_seq are in none.

create unique index runs_idempotency on public.runs (org_id, idempotency_key) where idempotency_key is not null;
create index runs_list on public.runs (org_id, created_at desc, id desc);
create index runs_list_by_status on public.runs (org_id, status, created_at desc);
create index runs_list_by_workflow on public.runs (workflow_id, created_at desc);
-- For the sweep, which looks at every run that is not over.
create index runs_open on public.runs (created_at) where status in ('queued', 'running', 'waiting', 'paused');

create table public.run_events (
  run_id uuid not null,
  seq bigint not null check (seq > 0),
  org_id uuid not null,
  at timestamptz not null,
  type text not null,
  step_id text,
  data jsonb not null default '{}',
  primary key (run_id, seq)
);

-- A foreign key looks its run up once an event, which took up to 40 % of an append of 50. What writes events
-- (private.append_turn) holds the run's row and takes the organisation from it; this lets events go when their run does.
create function private.delete_events_of_run() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  delete from public.run_events where run_id = old.id;
  return null;
end
$$;
create trigger runs_take_their_events after delete on public.runs
  for each row execute function private.delete_events_of_run();
revoke all on function private.delete_events_of_run() from public, anon, authenticated;

create trigger run_events_append_only before update or delete on public.run_events
  for each row execute function private.refuse_change();

-- What people and clocks want of a run. The row is the fact; the message in the run's mailbox only says to look.
create table public.run_signals (
  id bigint generated always as identity primary key,
  org_id uuid not null,
  run_id uuid not null,
  kind text not null check (kind in ('decision', 'cancel', 'pause', 'resume', 'retry', 'timer')),
  payload jsonb not null default '{}',
  created_at timestamptz not null default now(),
  applied_at timestamptz,
  foreign key (run_id, org_id) references public.runs (id, org_id) on delete cascade
);
create index run_signals_run on public.run_signals (run_id, id);
create index run_signals_waiting on public.run_signals (created_at) where applied_at is null;

create table public.run_timers (
  run_id uuid not null,
  key text not null,
  org_id uuid not null,
  due_at timestamptz not null,
  created_at timestamptz not null default now(),
  claimed_at timestamptz,
  primary key (run_id, key),
  foreign key (run_id, org_id) references public.runs (id, org_id) on delete cascade
);
create index run_timers_due on public.run_timers (due_at);

alter table public.runs enable row level security;
alter table public.runs force row level security;
alter table public.run_events enable row level security;
alter table public.run_events force row level security;
alter table public.run_signals enable row level security;
alter table public.run_signals force row level security;
alter table public.run_timers enable row level security;
alter table public.run_timers force row level security;

revoke all on public.runs, public.run_events, public.run_signals, public.run_timers from anon, authenticated, service_role;
grant select, insert, update, delete on public.runs, public.run_signals, public.run_timers to service_role;
grant select on public.run_events to service_role;
-- Signals and timers are the workers' own: a browser sees what came of them, in the journal.
grant select on public.runs, public.run_events to authenticated;

create policy "members read" on public.runs for select to authenticated
  using (org_id = any ((select private.org_ids())::uuid[]));
create policy "members read" on public.run_events for select to authenticated
  using (org_id = any ((select private.org_ids())::uuid[]));
