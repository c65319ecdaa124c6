-- Values of runs that are too large to travel inline (engine/run/artifact.ts): events and state hold what stands for one, and who
-- needs it reads it here, under the digest of its JSON. They come before the events that name them and go with their run.

create table public.run_artifacts (
  run_id uuid not null,
  id text not null check (id ~ '^[0-9a-f]{64}$'),
  org_id uuid not null,
  -- As it was written, names in their order.
  value json not null,
  created_at timestamptz not null default now(),
  primary key (run_id, id),
  foreign key (run_id, org_id) references public.runs (id, org_id) on delete cascade
);

create trigger run_artifacts_append_only before update or delete on public.run_artifacts
  for each row execute function private.refuse_change();
alter table public.run_artifacts enable row level security;
alter table public.run_artifacts force row level security;
revoke all on public.run_artifacts from anon, authenticated, service_role;
grant select on public.run_artifacts to authenticated;
grant select, insert on public.run_artifacts to service_role;
create policy "members read" on public.run_artifacts for select to authenticated
  using (org_id = any ((select private.org_ids())::uuid[]));

-- What stands for a value of a run, or the value itself: for what leaves the run as a whole.
create function private.whole_value(p_run_id uuid, p_value jsonb) returns jsonb
language sql stable set search_path = ''
as $$
  select case when jsonb_typeof(p_value) = 'object' and p_value ? '$artifact' then
    coalesce((select v.value::jsonb from public.run_artifacts v where v.run_id = p_run_id and v.id = p_value ->> '$artifact'), p_value)
  else p_value end
$$;
revoke all on function private.whole_value(uuid, jsonb) from public, anon, authenticated;
grant execute on function private.whole_value(uuid, jsonb) to service_role;

-- A run that goes on from a moment of another one takes that one's values along: it outlives it, perhaps.
create function private.take_artifacts_along() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.run_artifacts (run_id, id, org_id, value)
  select new.id, v.id, v.org_id, v.value from public.run_artifacts v
  where v.run_id = (new.trigger -> 'forkOf' ->> 'id')::uuid and v.org_id = new.org_id;
  return null;
end
$$;
revoke all on function private.take_artifacts_along() from public, anon, authenticated;
create trigger runs_take_artifacts_along after insert on public.runs
  for each row when (new.trigger ? 'forkOf') execute function private.take_artifacts_along();

-- As before, with the output whole: what stands for it means nothing in another run.
create or replace function private.tell_family_of_run() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if new.parent_run_id is not null then
    insert into public.run_signals (org_id, run_id, kind, payload)
    select p.org_id, p.id, 'child', jsonb_build_object(
      'stepId', new.parent_step, 'childId', new.id, 'status', new.status,
      'output', private.whole_value(new.id, new.output), 'error', new.error,
      'costUsd', new.cost_usd, 'inputTokens', new.input_tokens, 'outputTokens', new.output_tokens,
      'demo', coalesce(new.model_label = 'demo', false))
    from public.runs p
    where p.id = new.parent_run_id and p.org_id = new.org_id and p.status not in ('completed', 'failed', 'cancelled');
  end if;
  if new.status in ('failed', 'cancelled') then
    insert into public.run_signals (org_id, run_id, kind, payload)
    select c.org_id, c.id, 'cancel', jsonb_build_object(
      'by', jsonb_build_object('kind', 'system', 'id', null, 'label', 'the run that started it'),
      'reason', 'The run that started it is ' || new.status || '.')
    from public.runs c
    where c.parent_run_id = new.id and c.org_id = new.org_id and c.status not in ('completed', 'failed', 'cancelled');
  end if;
  return null;
end
$$;
