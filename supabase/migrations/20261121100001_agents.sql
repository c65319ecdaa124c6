-- The registry of agents: who can be named in a workflow, what each promises, and how it does. What an agent is made of is
-- versioned and immutable; its name, what it is able to do and whether it may work are not.

create table public.agents (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  name text not null check (char_length(btrim(name)) between 1 and 80),
  description text not null default '' check (char_length(description) <= 2000),
  capabilities text[] not null default '{}' check (cardinality(capabilities) <= 20),
  status text not null default 'active' check (status in ('active', 'disabled')),
  version integer not null default 1 check (version > 0),
  created_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (org_id, name),
  unique (id, org_id)
);
create index agents_by_capability on public.agents using gin (capabilities);

create table public.agent_versions (
  agent_id uuid not null,
  version integer not null check (version > 0),
  org_id uuid not null,
  settings jsonb not null check (jsonb_typeof(settings) = 'object' and octet_length(settings::text) <= 262144),
  note text not null default '' check (char_length(note) <= 500),
  created_by uuid,
  -- The time of the insert itself: a run that was queued before it does not see it.
  created_at timestamptz not null default clock_timestamp(),
  primary key (agent_id, version),
  foreign key (agent_id, org_id) references public.agents (id, org_id) on delete cascade
);
create trigger agent_versions_immutable before update or delete on public.agent_versions
  for each row execute function private.refuse_change();

-- Which version of an agent a run uses: chosen once, and the same for every step and attempt of it.
create table public.run_agents (
  run_id uuid not null,
  agent_id uuid not null,
  org_id uuid not null,
  version integer not null,
  pinned_at timestamptz not null default now(),
  primary key (run_id, agent_id),
  foreign key (run_id, org_id) references public.runs (id, org_id) on delete cascade,
  foreign key (agent_id, org_id) references public.agents (id, org_id) on delete cascade
);
create index run_agents_agent on public.run_agents (agent_id);

-- How agents did: one row for each attempt in which one was asked.
create table public.agent_calls (
  run_id uuid not null,
  step_id text not null,
  attempt integer not null,
  agent_id uuid not null,
  org_id uuid not null,
  version integer not null,
  succeeded boolean not null,
  error_code text,
  cost_usd numeric not null default 0,
  ms integer not null,
  at timestamptz not null default now(),
  primary key (run_id, step_id, attempt, agent_id),
  foreign key (run_id, org_id) references public.runs (id, org_id) on delete cascade,
  foreign key (agent_id, org_id) references public.agents (id, org_id) on delete cascade
);
create index agent_calls_agent on public.agent_calls (agent_id, at desc);

-- The version that a run uses of an agent: the one it was pinned to, or the newest there was when the run was queued. Asked
-- again it is the same, whoever asks and whatever was saved meanwhile. Null when the organisation has no such agent.
create function public.pin_agent(p_run_id uuid, p_org_id uuid, p_agent_id uuid) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  pinned integer;
begin
  select r.version into pinned from public.run_agents r
    where r.run_id = p_run_id and r.agent_id = p_agent_id and r.org_id = p_org_id;
  if pinned is not null then return pinned; end if;
  select v.version into pinned from public.agent_versions v
    where v.agent_id = p_agent_id and v.org_id = p_org_id
    order by v.created_at <= (select r.created_at from public.runs r where r.id = p_run_id) desc,
      -- Of an agent that came after the run, its first version.
      case when v.created_at <= (select r.created_at from public.runs r where r.id = p_run_id) then -v.version else v.version end
    limit 1;
  if pinned is null then return null; end if;
  insert into public.run_agents (run_id, agent_id, org_id, version)
    values (p_run_id, p_agent_id, p_org_id, pinned) on conflict do nothing;
  select r.version into pinned from public.run_agents r
    where r.run_id = p_run_id and r.agent_id = p_agent_id and r.org_id = p_org_id;
  return pinned;
end
$$;
revoke all on function public.pin_agent(uuid, uuid, uuid) from public, anon, authenticated;
grant execute on function public.pin_agent(uuid, uuid, uuid) to service_role;

alter table public.agents enable row level security;
alter table public.agents force row level security;
alter table public.agent_versions enable row level security;
alter table public.agent_versions force row level security;
alter table public.run_agents enable row level security;
alter table public.run_agents force row level security;
alter table public.agent_calls enable row level security;
alter table public.agent_calls force row level security;

-- Written by use cases alone: contracts are checked against those who rely on them, which no policy can do.
revoke all on public.agents, public.agent_versions, public.run_agents, public.agent_calls from anon, authenticated, service_role;
grant select, insert, update, delete on public.agents to service_role;
grant select, insert on public.agent_versions, public.run_agents to service_role;
grant select, insert, update on public.agent_calls to service_role;
grant select on public.agents, public.agent_versions, public.run_agents, public.agent_calls to authenticated;

create policy "members read" on public.agents for select to authenticated
  using (org_id = any ((select private.org_ids())::uuid[]));
create policy "members read" on public.agent_versions for select to authenticated
  using (org_id = any ((select private.org_ids())::uuid[]));
create policy "members read" on public.run_agents for select to authenticated
  using (org_id = any ((select private.org_ids())::uuid[]));
create policy "members read" on public.agent_calls for select to authenticated
  using (org_id = any ((select private.org_ids())::uuid[]));
