-- The organisation's event bus: what was told, to whom it is owed, and who listens.

-- What an event of a name must look like. Events of names without a row may say anything.
create table public.event_types (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  name text not null check (name ~ '^[A-Za-z][A-Za-z0-9_.:-]{0,199}$'),
  description text not null default '' check (char_length(description) <= 2000),
  schema json check (octet_length(schema::text) <= 65536),
  created_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (org_id, name)
);

-- The outbox: a row that is not dispatched yet is owed to whoever listens. It is dispatched in the transaction that writes down
-- every delivery, so a crash loses none and repeats none.
create table public.bus_events (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  -- What its teller calls it: told twice, it is one event.
  ref text not null check (char_length(ref) between 1 and 300),
  name text not null check (name ~ '^[A-Za-z][A-Za-z0-9_.:-]{0,199}$'),
  key text check (char_length(key) <= 2000),
  payload jsonb not null default 'null',
  -- The run that told it, which heard it itself already.
  origin_run_id uuid,
  -- How many events and runs led to it: a circle of workflows that start each other ends.
  depth integer not null default 0,
  told_by jsonb not null default '{}',
  keep_until timestamptz,
  created_at timestamptz not null default now(),
  dispatched_at timestamptz,
  unique (org_id, ref)
);
create index bus_events_waiting on public.bus_events (created_at) where dispatched_at is null;
create index bus_events_list on public.bus_events (org_id, created_at desc, id desc);
create index bus_events_kept on public.bus_events (org_id, name) where keep_until is not null;

-- What runs listen for, written with the very append that makes it so.
create table public.run_listeners (
  run_id uuid not null,
  org_id uuid not null,
  name text not null,
  key text,
  foreign key (run_id, org_id) references public.runs (id, org_id) on delete cascade
);
create index run_listeners_run on public.run_listeners (run_id);
create index run_listeners_name on public.run_listeners (org_id, name);

alter table public.event_types enable row level security;
alter table public.event_types force row level security;
alter table public.bus_events enable row level security;
alter table public.bus_events force row level security;
alter table public.run_listeners enable row level security;
alter table public.run_listeners force row level security;

revoke all on public.event_types, public.bus_events, public.run_listeners from anon, authenticated, service_role;
grant select, insert, update, delete on public.event_types, public.bus_events, public.run_listeners to service_role;
grant select on public.event_types, public.bus_events to authenticated;

create policy "members read" on public.event_types for select to authenticated
  using (org_id = any ((select private.org_ids())::uuid[]));
create policy "members read" on public.bus_events for select to authenticated
  using (org_id = any ((select private.org_ids())::uuid[]));

-- New kinds of signals come with new parts of the product; workers/signal-input.ts says what they mean.
alter table public.run_signals drop constraint if exists run_signals_kind_check;
alter table public.run_signals add constraint run_signals_kind_check check (kind ~ '^[a-z][a-z-]{0,39}$');

-- An event as a trigger's expressions read it, and as a run hears it.
create function private.event_payload(
  id uuid, name text, key text, payload jsonb, at timestamptz, depth integer
) returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object('event', jsonb_build_object('id', id, 'name', name, 'key', key, 'payload', payload,
    'at', to_char(at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'depth', depth))
$$;

create function private.event_signal(id uuid, name text, key text, payload jsonb) returns jsonb
language sql stable set search_path = ''
as $$
  select jsonb_build_object('id', id, 'name', name, 'key', key, 'payload', payload)
$$;

-- Brings events that wait to those who listen: a delivery for each trigger, a signal for each run. Any number of callers may do
-- this side by side. Answers with what runs are to be told, which the caller announces.
create function public.dispatch_events(p_limit integer)
returns table (events bigint, run_id uuid, signal_id bigint, payload jsonb)
language sql set search_path = ''
as $$
  with waiting as materialized (
    select b.* from public.bus_events b where b.dispatched_at is null order by b.created_at limit p_limit for update skip locked
  ), marked as (
    update public.bus_events b set dispatched_at = clock_timestamp() from waiting w where b.id = w.id
  ), triggered as (
    insert into public.trigger_deliveries (org_id, trigger_id, key, payload)
    select w.org_id, t.id, 'event ' || w.id, 
      private.event_payload(w.id, w.name, w.key, w.payload, w.created_at, w.depth)
    from waiting w
    join public.triggers t on t.org_id = w.org_id and t.event_name = w.name and t.enabled and t.created_at <= w.created_at
    join public.workflows f on f.id = t.workflow_id and f.deleted_at is null
    on conflict (trigger_id, key) do nothing
  ), heard as (
    insert into public.run_signals (org_id, run_id, kind, payload)
    select distinct on (w.id, l.run_id) w.org_id, l.run_id, 'event', private.event_signal(w.id, w.name, w.key, w.payload)
    from waiting w
    join public.run_listeners l on l.org_id = w.org_id and l.name = w.name and (l.key is null or l.key = w.key)
    join public.runs r on r.id = l.run_id and r.status not in ('completed', 'failed', 'cancelled')
    where l.run_id is distinct from w.origin_run_id
    returning run_signals.run_id, run_signals.id, run_signals.payload
  )
  select (select count(*) from waiting), h.run_id, h.id, h.payload from (select 1) as one left join heard h on true
$$;

-- Replaces what a run listens for. What was kept for who comes later comes to it now; a run ignores what it heard before.
create function private.set_listeners(p_run_id uuid, p_listeners jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  delete from public.run_listeners where run_id = p_run_id;
  insert into public.run_listeners (run_id, org_id, name, key)
  select r.id, r.org_id, l.name, l.key
  from public.runs r, jsonb_to_recordset(p_listeners) as l (name text, key text) where r.id = p_run_id;
  insert into public.run_signals (org_id, run_id, kind, payload)
  select distinct on (b.id) b.org_id, l.run_id, 'event', private.event_signal(b.id, b.name, b.key, b.payload)
  from public.run_listeners l
  join public.bus_events b on b.org_id = l.org_id and b.name = l.name and (l.key is null or l.key = b.key)
    and b.keep_until > now() and b.dispatched_at is not null and b.origin_run_id is distinct from l.run_id
  where l.run_id = p_run_id and not exists (
    select 1 from public.run_signals s where s.run_id = l.run_id and s.kind = 'event' and s.payload ->> 'id' = b.id::text);
end
$$;

-- As before, and a batch may say what its run listens for from now on: {listeners: [{name, key}]}, the whole set.
create or replace function public.append_run_events_batch(p_batches jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  results jsonb;
begin
  begin
    -- All at once, as hardly ever one is faulty: a subtransaction for each would cost every reader of the database dear
    -- once there are more than 64 of them.
    results := private.append_turns(p_batches, false);
  exception when others then
    -- Found again here, and reported with the turn it belongs to.
    results := private.append_turns(p_batches, true);
  end;
  if p_batches @? '$[*].listeners' then
    perform private.set_listeners((b.value ->> 'runId')::uuid, b.value -> 'listeners')
    from jsonb_array_elements(p_batches) with ordinality as b (value, place)
    where b.value ? 'listeners' and (results -> (b.place - 1)::integer ->> 'ok')::boolean;
  end if;
  return results;
end
$$;

revoke all on function
  public.dispatch_events(integer),
  private.event_payload(uuid, text, text, jsonb, timestamptz, integer),
  private.event_signal(uuid, text, text, jsonb),
  private.set_listeners(uuid, jsonb)
  from public, anon, authenticated;
grant execute on function
  public.dispatch_events(integer),
  private.event_payload(uuid, text, text, jsonb, timestamptz, integer),
  private.event_signal(uuid, text, text, jsonb),
  private.set_listeners(uuid, jsonb)
  to service_role;
