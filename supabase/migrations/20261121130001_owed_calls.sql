-- Sub-workflows that a run has called and that are not started yet. A row is written with the very append that says so and goes with the
-- start, so few stand here at any time: whatever was lost with a worker, however long ago, is found by looking at all of them.
create table public.run_calls (
  child_id uuid primary key,
  run_id uuid not null,
  org_id uuid not null,
  looked_at timestamptz not null default now(),
  foreign key (run_id, org_id) references public.runs (id, org_id) on delete cascade
);
create index run_calls_run on public.run_calls (run_id);
create index run_calls_looked_at on public.run_calls (looked_at);

alter table public.run_calls enable row level security;
alter table public.run_calls force row level security;
revoke all on public.run_calls from anon, authenticated, service_role;
grant select, insert, update, delete on public.run_calls to service_role;

-- Runs under way when this arrives.
insert into public.run_calls (child_id, run_id, org_id)
select (e.data ->> 'childId')::uuid, p.id, p.org_id
from public.run_events e join public.runs p on p.id = e.run_id
where e.type = 'child-started' and p.status not in ('completed', 'failed', 'cancelled')
  and not exists (select 1 from public.runs c where c.id = (e.data ->> 'childId')::uuid)
on conflict do nothing;
drop index public.run_events_calls;

-- A call that is taken back before it was answered is never answered; one that was is told to stop, in the same append.
create function private.set_calls(p_run_id uuid, p_calls jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  called_off uuid[] := array(select jsonb_array_elements_text(p_calls -> 'close')::uuid);
begin
  delete from public.run_calls where run_id = p_run_id and child_id = any (called_off);
  insert into public.run_signals (org_id, run_id, kind, payload)
  select c.org_id, c.id, 'cancel', jsonb_build_object(
    'by', jsonb_build_object('kind', 'system', 'id', null, 'label', 'sub-workflow'),
    'reason', 'The step that started it was cancelled.')
  from public.runs c
  where c.id = any (called_off) and c.parent_run_id = p_run_id and c.status not in ('completed', 'failed', 'cancelled');
  insert into public.run_calls (child_id, run_id, org_id)
  select called::uuid, r.id, r.org_id
  from public.runs r, jsonb_array_elements_text(p_calls -> 'open') as called where r.id = p_run_id
  on conflict do nothing;
end
$$;

-- As before, and a batch may say which sub-workflows its run calls, and which it calls off: {calls: {open: [id], close: [id]}}.
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
  if p_batches @? '$[*].calls' then
    perform private.set_calls((b.value ->> 'runId')::uuid, b.value -> 'calls')
    from jsonb_array_elements(p_batches) with ordinality as b (value, place)
    where b.value ? 'calls' and (results -> (b.place - 1)::integer ->> 'ok')::boolean;
  end if;
  return results;
end
$$;

-- A run that is over calls nobody.
create function private.forget_calls_of_run() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  delete from public.run_calls where run_id = new.id;
  return null;
end
$$;
create trigger runs_forget_their_calls after update of status on public.runs
  for each row when (new.status in ('failed', 'cancelled') and old.status is distinct from new.status)
  execute function private.forget_calls_of_run();

revoke all on function private.set_calls(uuid, jsonb), private.forget_calls_of_run() from public, anon, authenticated;
grant execute on function private.set_calls(uuid, jsonb) to service_role;
