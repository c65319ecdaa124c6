-- Runs that a step of another run started, and what an event or a child's end tells a run.

alter table public.runs add column parent_run_id uuid, add column parent_step text;
create index runs_children on public.runs (parent_run_id) where parent_run_id is not null;

-- New kinds come with new parts of the product; what they mean is checked where signals are read (workers/signal-input.ts).
alter table public.run_signals drop constraint run_signals_kind_check;
alter table public.run_signals add constraint run_signals_kind_check check (kind ~ '^[a-z][a-z-]{0,39}$');

-- A child's end is told to its parent with the end itself, and a parent that stops takes its children along: both hold whatever
-- becomes of the worker that turned the run. A retried child that ends again tells it again; the parent ignores what it no
-- longer waits for.
create function private.tell_family_of_run() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if new.parent_run_id is not null then
    insert into public.run_signals (org_id, run_id, kind, payload)
    select p.org_id, p.id, 'child', jsonb_build_object(
      'stepId', new.parent_step, 'childId', new.id, 'status', new.status, 'output', new.output, 'error', new.error,
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
create trigger runs_tell_their_family after update of status on public.runs
  for each row when (new.status in ('completed', 'failed', 'cancelled') and old.status is distinct from new.status
    and (new.parent_run_id is not null or new.status <> 'completed'))
  execute function private.tell_family_of_run();
revoke all on function private.tell_family_of_run() from public, anon, authenticated;
