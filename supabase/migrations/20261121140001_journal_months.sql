-- The journal lies in parts, one for each month in which runs were created, so that a month whose runs are all past their retention
-- goes by dropping a table. The month is the run's, not the event's: all events of a run lie in one part, whose own key
-- (run_id, seq) is therefore still the fence. The parts are in a schema that the data API does not expose, without any grant.

alter table public.runs add column month date not null
  generated always as (date_trunc('month', created_at at time zone 'UTC')::date) stored;
-- Rows lie in the order of their time, so this says for next to nothing where a month's runs are.
create index runs_by_time on public.runs using brin (created_at) with (autosummarize = on);

create table private.journal_months (
  month date primary key,
  -- All runs of the month are past their retention: they go without their events, which go with the table.
  closing boolean not null default false
);
alter table private.journal_months enable row level security;
alter table private.journal_months force row level security;
revoke all on private.journal_months from public, anon, authenticated, service_role;

alter table public.run_events rename to run_events_before;

create table public.run_events (
  run_id uuid not null,
  seq bigint not null check (seq > 0),
  org_id uuid not null,
  at timestamptz not null,
  type text not null,
  step_id text,
  data jsonb not null default '{}',
  -- The run's month. The default is right for events that are written by the statement which creates their run.
  month date not null default date_trunc('month', now() at time zone 'UTC')::date
) partition by range (month);

create trigger run_events_append_only before update or delete on public.run_events
  for each row execute function private.refuse_change();
alter table public.run_events enable row level security;
alter table public.run_events force row level security;
revoke all on public.run_events from anon, authenticated, service_role;
grant select on public.run_events to authenticated, service_role;
create policy "members read" on public.run_events for select to authenticated
  using (org_id = any ((select private.org_ids())::uuid[]));

-- Runs of a month that nobody made a part for are journalled all the same.
create table private.run_events_rest partition of public.run_events (primary key (run_id, seq)) default;
alter table private.run_events_rest enable row level security;
alter table private.run_events_rest force row level security;
revoke all on private.run_events_rest from public, anon, authenticated, service_role;

create function private.journal_part(p_month date) returns text
language sql immutable set search_path = ''
as $$
  select 'run_events_' || to_char(p_month, 'YYYY_MM')
$$;

-- Makes a month's part where there is none. It is attached, not created in place: appends go on meanwhile. Events that came before
-- their part did are moved into it. Who cannot have the locks at once gives up and is called again in an hour.
create function private.open_journal_month(p_month date) returns boolean
language plpgsql security definer set search_path = '' set lock_timeout = '2s'
as $$
declare
  part text := private.journal_part(p_month);
  next_month date := (p_month + interval '1 month')::date;
begin
  perform pg_advisory_xact_lock(hashtext('baton journal months'));
  if exists (select 1 from private.journal_months where month = p_month) then
    return false;
  end if;
  -- The check spares the attaching a look at every row.
  execute format(
    'create table private.%I (like public.run_events including defaults including constraints, primary key (run_id, seq),
       constraint of_month check (month >= %L and month < %L))', part, p_month, next_month);
  lock table private.run_events_rest in access exclusive mode;
  if exists (select 1 from private.run_events_rest where month >= p_month and month < next_month) then
    alter table private.run_events_rest disable trigger run_events_append_only;
    execute format(
      'with moved as (delete from private.run_events_rest where month >= %L and month < %L returning *)
       insert into private.%I select * from moved', p_month, next_month, part);
    alter table private.run_events_rest enable trigger run_events_append_only;
  end if;
  execute format('alter table public.run_events attach partition private.%I for values from (%L) to (%L)', part, p_month, next_month);
  execute format('alter table private.%I drop constraint of_month', part);
  execute format('alter table private.%I enable row level security', part);
  execute format('alter table private.%I force row level security', part);
  execute format('revoke all on private.%I from public, anon, authenticated, service_role', part);
  insert into private.journal_months (month) values (p_month);
  return true;
end
$$;

-- Makes this month's part and those of the two that follow, and says how many it made.
create function private.open_journal_months() returns integer
language sql set search_path = ''
as $$
  select count(*)::integer
  from generate_series(0, 2) as ahead
  where private.open_journal_month((date_trunc('month', now() at time zone 'UTC') + make_interval(months => ahead))::date)
$$;

-- What is there moves into its months.
select private.open_journal_month(r.month) from (select distinct month from public.runs order by month) r;
select private.open_journal_months();
insert into public.run_events (run_id, seq, org_id, at, type, step_id, data, month)
select e.run_id, e.seq, e.org_id, e.at, e.type, e.step_id, e.data,
  coalesce(r.month, date_trunc('month', e.at at time zone 'UTC')::date)
from public.run_events_before e left join public.runs r on r.id = e.run_id;
do $$
begin
  if (select count(*) from public.run_events) <> (select count(*) from public.run_events_before) then
    raise exception 'Events were lost on the way into their months; nothing was changed.';
  end if;
end
$$;
drop table public.run_events_before;

-- A run's month is where its events are.
create function private.keep_month_of_run() returns trigger
language plpgsql set search_path = ''
as $$
begin
  raise exception 'Run % has a journal: when it was created cannot change to another month.', old.id using errcode = 'BT011',
    hint = 'Its events lie in the part of the journal that belongs to that month.';
end
$$;
create trigger runs_keep_their_month before update of created_at on public.runs
  for each row when (old.last_seq > 0 and date_trunc('month', old.created_at at time zone 'UTC')
    <> date_trunc('month', new.created_at at time zone 'UTC'))
  execute function private.keep_month_of_run();

create or replace function private.delete_events_of_run() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- Set by private.forget_runs alone, for the runs of a month whose whole part goes after them.
  if current_setting('baton.month_goes_whole', true) is distinct from old.month::text then
    delete from public.run_events where run_id = old.id and month = old.month;
  end if;
  return null;
end
$$;

-- Says of which months every run may go: those that ended before so many days, and in which each run did, too.
create function private.close_journal_months(p_days integer) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  before timestamptz := now() - make_interval(days => p_days);
  closed integer;
begin
  update private.journal_months m set closing = true
  where not m.closing and (m.month + interval '1 month') at time zone 'UTC' <= before
    and not exists (
      select 1 from public.runs r
      where r.created_at >= m.month at time zone 'UTC' and r.created_at < (m.month + interval '1 month') at time zone 'UTC'
        and (r.status not in ('completed', 'failed', 'cancelled') or r.ended_at is null or r.ended_at >= before
          or exists (select 1 from public.runs p
            where p.id = r.parent_run_id and p.status not in ('completed', 'failed', 'cancelled'))));
  get diagnostics closed = row_count;
  return closed;
end
$$;

-- Drops the part of a closing month that has no run left. A run that was asked for again meanwhile (a retry) keeps its journal: the
-- month is open again, and only what belongs to nobody goes.
create function private.end_journal_month(p_month date) returns boolean
language plpgsql security definer set search_path = '' set lock_timeout = '2s'
as $$
declare
  part text := private.journal_part(p_month);
begin
  if exists (select 1 from public.runs where created_at >= p_month at time zone 'UTC'
      and created_at < (p_month + interval '1 month') at time zone 'UTC') then
    execute format('alter table private.%I disable trigger run_events_append_only', part);
    execute format('delete from private.%I e where not exists (select 1 from public.runs r where r.id = e.run_id)', part);
    execute format('alter table private.%I enable trigger run_events_append_only', part);
    update private.journal_months set closing = false where month = p_month;
    return false;
  end if;
  execute format('alter table public.run_events detach partition private.%I', part);
  execute format('drop table private.%I', part);
  delete from private.journal_months where month = p_month;
  return true;
end
$$;

-- Forgets at most so many runs that ended before so many days, and says how many: fewer than asked for means that no more are old
-- enough. Runs of closing months first, which leave their events to the dropping of the part; then one by one.
create function private.forget_runs(p_days integer, p_limit integer) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  before timestamptz := now() - make_interval(days => p_days);
  closing date;
  amount integer;
  gone integer := 0;
begin
  -- One worker at a time: what another has in hand would look like a run that came back.
  if not pg_try_advisory_xact_lock(hashtext('baton forgets runs')) then
    return 0;
  end if;
  for closing in select month from private.journal_months where journal_months.closing order by month loop
    perform set_config('baton.month_goes_whole', closing::text, true);
    with old as (
      select r.id from public.runs r
      where r.created_at >= closing at time zone 'UTC' and r.created_at < (closing + interval '1 month') at time zone 'UTC'
        and r.status in ('completed', 'failed', 'cancelled') and r.ended_at < before
      limit p_limit - gone for update skip locked
    ), deleted as (
      delete from public.runs r using old where r.id = old.id returning 1
    )
    select count(*) into amount from deleted;
    perform set_config('baton.month_goes_whole', '', true);
    gone := gone + amount;
    if gone >= p_limit then
      return gone;
    end if;
    perform private.end_journal_month(closing);
  end loop;

  with old as (
    select r.id from public.organizations o cross join lateral (
      select id from public.runs
      where org_id = o.id and created_at < before and ended_at < before and status in ('completed', 'failed', 'cancelled')
        and not exists (select 1 from public.runs p
          where p.id = runs.parent_run_id and p.status not in ('completed', 'failed', 'cancelled'))
      order by created_at limit p_limit - gone for update skip locked
    ) r limit p_limit - gone
  ), deleted as (
    delete from public.runs r using old where r.id = old.id returning 1
  )
  select count(*) into amount from deleted;
  return gone + amount;
end
$$;

revoke all on function
  private.journal_part(date), private.open_journal_month(date), private.open_journal_months(), private.keep_month_of_run(),
  private.close_journal_months(integer), private.end_journal_month(date), private.forget_runs(integer, integer)
  from public, anon, authenticated;
grant execute on function
  private.open_journal_month(date), private.open_journal_months(), private.close_journal_months(integer),
  private.forget_runs(integer, integer)
  to service_role;

-- As before, and the events go into the month of their run.
create or replace function private.append_turn(
  p_run_id uuid, p_after_seq bigint, p_events jsonb, p_patch jsonb, p_timers jsonb, p_approvals jsonb, p_signals bigint[]
) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  org uuid;
  workflow uuid;
  part date;
  amount bigint := coalesce(jsonb_array_length(p_events), 0);
  in_order boolean;
begin
  if p_patch - array['status', 'started_at', 'ended_at', 'output', 'error', 'cost_usd', 'input_tokens', 'output_tokens', 'model_label'] <> '{}' then
    raise exception 'The patch of run % names a column it may not set.', p_run_id using errcode = 'BT004';
  end if;

  -- The fence, and the only lock: of two appends after the same event the second waits here and then finds no row.
  update public.runs set
    last_seq = p_after_seq + amount,
    updated_at = now(),
    status = case when p_patch ? 'status' then p_patch ->> 'status' else status end,
    started_at = case when p_patch ? 'started_at' then to_timestamp((p_patch ->> 'started_at')::float8 / 1000) else started_at end,
    ended_at = case when p_patch ? 'ended_at' then to_timestamp((p_patch ->> 'ended_at')::float8 / 1000) else ended_at end,
    output = case when p_patch ? 'output' then nullif(p_patch -> 'output', 'null') else output end,
    error = case when p_patch ? 'error' then nullif(p_patch -> 'error', 'null') else error end,
    cost_usd = case when p_patch ? 'cost_usd' then (p_patch ->> 'cost_usd')::numeric else cost_usd end,
    input_tokens = case when p_patch ? 'input_tokens' then (p_patch ->> 'input_tokens')::bigint else input_tokens end,
    output_tokens = case when p_patch ? 'output_tokens' then (p_patch ->> 'output_tokens')::bigint else output_tokens end,
    model_label = case when p_patch ? 'model_label' then p_patch ->> 'model_label' else model_label end
  where id = p_run_id and last_seq = p_after_seq
  returning org_id, workflow_id, month into org, workflow, part;
  if not found then
    return case when exists (select 1 from public.runs where id = p_run_id) then 'BT001' else 'BT002' end;
  end if;

  if amount > 0 then
    with given as materialized (
      select e.*, e.seq = p_after_seq + e.ordinality as follows
      from rows from (jsonb_to_recordset(p_events) as (seq bigint, at float8, type text, "stepId" text, data jsonb))
        with ordinality as e (seq, at, type, step_id, data, ordinality)
    ), written as (
      insert into public.run_events (run_id, seq, org_id, at, type, step_id, data, month)
      select p_run_id, p_after_seq + ordinality, org, to_timestamp(at / 1000), type, step_id, coalesce(data, '{}'), part
      from given
    )
    select bool_and(coalesce(follows, false)) into in_order from given;
    if not in_order then
      raise exception 'The % events for run % are not numbered one by one from %.', amount, p_run_id, p_after_seq + 1
        using errcode = 'BT003';
    end if;
  end if;

  if p_timers is not null then
    if jsonb_array_length(p_timers -> 'disarm') > 0 then
      delete from public.run_timers
      where run_id = p_run_id and key = any (array(select jsonb_array_elements_text(p_timers -> 'disarm')));
    end if;
    if jsonb_array_length(p_timers -> 'arm') > 0 then
      insert into public.run_timers (run_id, key, org_id, due_at)
      select distinct on (t.key) p_run_id, t.key, org, to_timestamp(t.due_at / 1000)
      from rows from (jsonb_to_recordset(p_timers -> 'arm') as (key text, "dueAt" float8))
        with ordinality as t (key, due_at, ordinality)
      order by t.key, t.ordinality desc
      on conflict (run_id, key) do update set due_at = excluded.due_at, claimed_at = null;
    end if;
  end if;

  if p_approvals is not null then
    if jsonb_array_length(p_approvals -> 'close') > 0 then
      -- Only what is still open: a decision that came first stands.
      update public.approvals a set status = c.status, decided_at = coalesce(a.decided_at, now())
      from jsonb_to_recordset(p_approvals -> 'close') as c ("stepId" text, status text)
      where a.run_id = p_run_id and a.step_id = c."stepId" and a.status = 'pending';
    end if;
    if jsonb_array_length(p_approvals -> 'open') > 0 then
      perform private.open_approvals(p_run_id, org, workflow, p_approvals -> 'open');
    end if;
  end if;

  if cardinality(p_signals) > 0 then
    update public.run_signals set applied_at = now()
    where id = any (p_signals) and run_id = p_run_id and applied_at is null;
  end if;
  return null;
end
$$;

-- As before, and the events go into the month of their run.
create or replace function public.start_runs(p_runs jsonb) returns table (place bigint, id uuid, status text, workflow_name text)
language sql set search_path = ''
as $$
  with given as materialized (
    select r.*
    from rows from (jsonb_to_recordset(p_runs) as (
      id uuid, "orgId" uuid, "workflowId" uuid, version integer, latest boolean, input jsonb, priority integer,
      trigger jsonb, "createdBy" uuid, "idempotencyKey" text, status text, output jsonb, error jsonb, "startedAt" float8,
      "endedAt" float8, events jsonb, audit jsonb
    )) with ordinality as r (
      id, org_id, workflow_id, version, latest, input, priority, trigger, created_by, idempotency_key, status,
      output, error, started_at, ended_at, events, audit, place
    )
  ), allowed as materialized (
    select g.*, w.name as workflow_name from given g
    join public.workflow_versions v on v.workflow_id = g.workflow_id and v.version = g.version and v.org_id = g.org_id
    join public.workflows w on w.id = v.workflow_id and w.deleted_at is null
    where not g.latest or w.published_version = g.version
  ), made as (
    insert into public.runs (id, org_id, workflow_id, version, workflow_name, status, input, output, error, priority, trigger,
      created_by, idempotency_key, last_seq, created_at, started_at, ended_at)
    select a.id, a.org_id, a.workflow_id, a.version, a.workflow_name, a.status, a.input, a.output, a.error, a.priority, a.trigger,
      a.created_by, a.idempotency_key, jsonb_array_length(a.events), to_timestamp((a.events -> 0 ->> 'at')::float8 / 1000),
      to_timestamp(a.started_at / 1000), to_timestamp(a.ended_at / 1000)
    from allowed a
    on conflict (org_id, idempotency_key) where idempotency_key is not null do nothing
    returning id, status, workflow_name, month
  ), journalled as (
    insert into public.run_events (run_id, seq, org_id, at, type, step_id, data, month)
    select a.id, e.place, a.org_id, to_timestamp(e.at / 1000), e.type, e.step_id, coalesce(e.data, '{}'), made.month
    from made join allowed a on a.id = made.id,
      rows from (jsonb_to_recordset(a.events) as (at float8, type text, "stepId" text, data jsonb))
        with ordinality as e (at, type, step_id, data, place)
  ), recorded as (
    insert into public.audit_log
      (org_id, actor_kind, actor_id, actor_label, action, target_kind, target_id, ip, user_agent, details)
    select (a.audit ->> 'orgId')::uuid, a.audit ->> 'actorKind', (a.audit ->> 'actorId')::uuid, a.audit ->> 'actorLabel',
      a.audit ->> 'action', a.audit ->> 'targetKind', a.audit ->> 'targetId', (a.audit ->> 'ip')::inet,
      left(a.audit ->> 'userAgent', 512), coalesce(a.audit -> 'details', '{}')
    from made join allowed a on a.id = made.id
  )
  select a.place, made.id, made.status, made.workflow_name from made join allowed a on a.id = made.id
  union all
  select a.place, r.id, r.status, r.workflow_name from allowed a
  join public.runs r on r.org_id = a.org_id and r.idempotency_key = a.idempotency_key
$$;
