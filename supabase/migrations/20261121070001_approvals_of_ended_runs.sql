-- A run that ended without being turned (its version no longer compiles, or the engine met an error) cannot call off what it
-- had asked people, because only its state knows. Nobody must be asked to decide for a run that is over, so the database sees
-- to it. A run that completes has decided all of its steps: this costs it nothing.
create function private.close_approvals_of_run() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update public.approvals set status = 'cancelled', decided_at = coalesce(decided_at, now())
  where run_id = new.id and status = 'pending';
  return null;
end
$$;
create trigger runs_close_their_approvals after update of status on public.runs
  for each row when (new.status in ('failed', 'cancelled') and old.status is distinct from new.status)
  execute function private.close_approvals_of_run();
revoke all on function private.close_approvals_of_run() from public, anon, authenticated;
