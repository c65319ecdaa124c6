-- What workers do to runs. One call is one turn: all of it is written, or nothing.
--
-- Errors: BT001 the journal has moved on (another drainer won: reload, fold, go again), BT002 no such run,
-- BT003 the events' numbers do not follow p_after_seq one by one, BT004 the patch names something it may not set.

-- p_events    [{seq, at, type, stepId, data}], numbered p_after_seq + 1 and on; times are milliseconds since 1970
-- p_patch     columns of runs to set: status, started_at, ended_at (ms), output, error, cost_usd, input_tokens,
--             output_tokens, model_label; a column that is not named keeps its value
-- p_timers    {arm: [{key, dueAt (ms)}], disarm: [key]}; arming an armed key moves it; disarm goes first
-- p_approvals {open: [{id, nodeId, stepId, title, ... the columns in camelCase}], close: [{stepId, status}]}
-- p_signals   ids of the run_signals which this turn has taken in

-- Writes a turn, or says by its answer (BT001, BT002) that there is no place for it; other faults it raises. Beside the
-- statement that starts a run, the only writer of events: it takes the organisation from the run.
create function private.append_turn(
  p_run_id uuid, p_after_seq bigint, p_events jsonb, p_patch jsonb, p_timers jsonb, p_approvals jsonb, p_signals bigint[]
) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  org uuid;
  workflow uuid;
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
  returning org_id, workflow_id into org, workflow;
  if not found then
    return case when exists (select 1 from public.runs where id = p_run_id) then 'BT001' else 'BT002' end;
  end if;

  if amount > 0 then
    with given as materialized (
      select e.*, e.seq = p_after_seq + e.ordinality as follows
      from rows from (jsonb_to_recordset(p_events) as (seq bigint, at float8, type text, "stepId" text, data jsonb))
        with ordinality as e (seq, at, type, step_id, data, ordinality)
    ), written as (
      insert into public.run_events (run_id, seq, org_id, at, type, step_id, data)
      select p_run_id, p_after_seq + ordinality, org, to_timestamp(at / 1000), type, step_id, coalesce(data, '{}') from given
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

create function private.open_approvals(p_run_id uuid, p_org_id uuid, p_workflow_id uuid, p_open jsonb) returns void
language sql set search_path = ''
as $$
  insert into public.approvals (
    id, org_id, run_id, workflow_id, node_id, step_id, title, description, options, preselected, recommended, recommendation,
    assignee, urgency, deadline_at, on_timeout, escalate_to, required_fields, channels, context, irreversible, created_at
  )
  select coalesce(a.id, gen_random_uuid()), p_org_id, p_run_id, p_workflow_id, a."nodeId", a."stepId", a.title,
    coalesce(a.description, ''), coalesce(a.options, '[]'), a.preselected, a.recommended, a.recommendation,
    coalesce(a.assignee, '{"kind":"anyone"}'), coalesce(a.urgency, 'normal'), to_timestamp(a."deadlineAt" / 1000),
    coalesce(a."onTimeout", 'reject'), nullif(a."escalateTo", 'null'), coalesce(a."requiredFields", '[]'),
    coalesce(a.channels, '[]'), coalesce(a.context, '{}'), coalesce(a.irreversible, false),
    coalesce(to_timestamp(a."createdAt" / 1000), now())
  from jsonb_to_recordset(p_open) as a (
    id uuid, "nodeId" text, "stepId" text, title text, description text, options jsonb, preselected text, recommended text,
    recommendation text, assignee jsonb, urgency text, "deadlineAt" float8, "onTimeout" text, "escalateTo" jsonb,
    "requiredFields" jsonb, channels jsonb, context jsonb, irreversible boolean, "createdAt" float8
  )
$$;

-- One turn; raises what keeps it from being written.
create function public.append_run_events(
  p_run_id uuid, p_after_seq bigint, p_events jsonb,
  p_patch jsonb default null, p_timers jsonb default null, p_approvals jsonb default null, p_signals bigint[] default null
) returns void
language plpgsql set search_path = ''
as $$
declare
  refusal text := private.append_turn(p_run_id, p_after_seq, p_events, p_patch, p_timers, p_approvals, p_signals);
begin
  if refusal is not null then
    raise exception 'Run % has no place for events after %.', p_run_id, p_after_seq using errcode = refusal,
      hint = case refusal when 'BT001' then 'Another writer came first: read the journal again.' else 'There is no such run.' end;
  end if;
end
$$;

-- Turns of many runs in one round trip and one commit. p_batches: [{runId, afterSeq, events, patch, timers, approvals,
-- signals}]; the answer has [{runId, ok, code, message}] in the same order, code being the SQLSTATE of a refusal. Turns
-- are taken in the order of the ids, so that two batches over the same runs cannot hold each other up.
create function public.append_run_events_batch(p_batches jsonb) returns jsonb
language plpgsql set search_path = ''
as $$
begin
  -- All at once, as hardly ever one is faulty: a subtransaction for each would cost every reader of the database dear
  -- once there are more than 64 of them.
  return private.append_turns(p_batches, false);
exception when others then
  -- Found again here, and reported with the turn it belongs to.
  return private.append_turns(p_batches, true);
end
$$;

create function private.append_turns(p_batches jsonb, p_isolated boolean) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  turn record;
  refusal text;
  results jsonb[] := array_fill(null::jsonb, array[coalesce(jsonb_array_length(p_batches), 0)]);
begin
  for turn in
    select b.* from rows from (jsonb_to_recordset(p_batches) as
      ("runId" uuid, "afterSeq" bigint, events jsonb, patch jsonb, timers jsonb, approvals jsonb, signals bigint[]))
      with ordinality as b (run_id, after_seq, events, patch, timers, approvals, signals, place)
    order by b.run_id, b.place
  loop
    if p_isolated then
      begin
        refusal := private.append_turn(turn.run_id, turn.after_seq, turn.events, turn.patch, turn.timers, turn.approvals, turn.signals);
        results[turn.place] := private.turn_result(turn.run_id, refusal, null);
      exception when others then
        results[turn.place] := private.turn_result(turn.run_id, sqlstate, sqlerrm);
      end;
    else
      refusal := private.append_turn(turn.run_id, turn.after_seq, turn.events, turn.patch, turn.timers, turn.approvals, turn.signals);
      results[turn.place] := private.turn_result(turn.run_id, refusal, null);
    end if;
  end loop;
  return coalesce(to_jsonb(results), '[]');
end
$$;

create function private.turn_result(p_run_id uuid, p_code text, p_message text) returns jsonb
language sql immutable set search_path = ''
as $$
  select jsonb_build_object('runId', p_run_id, 'ok', p_code is null, 'code', p_code, 'message', p_message)
$$;

-- Takes timers that are due by the database's clock, each for one caller. A timer is the taker's for 15 seconds; when
-- its row is still there after that, the taker has died, and the next caller gets it.
create function public.claim_due_timers(p_limit integer) returns table (run_id uuid, key text, due_at timestamptz)
language sql set search_path = ''
as $$
  with due as (
    select t.run_id, t.key from public.run_timers t
    where t.due_at <= now() and (t.claimed_at is null or t.claimed_at < now() - interval '15 seconds')
    order by t.due_at
    limit p_limit
    for update skip locked
  )
  update public.run_timers t set claimed_at = clock_timestamp()
  from due where t.run_id = due.run_id and t.key = due.key
  returning t.run_id, t.key, t.due_at
$$;

revoke all on function
  private.append_turn(uuid, bigint, jsonb, jsonb, jsonb, jsonb, bigint[]),
  private.append_turns(jsonb, boolean),
  private.open_approvals(uuid, uuid, uuid, jsonb),
  private.turn_result(uuid, text, text),
  public.append_run_events(uuid, bigint, jsonb, jsonb, jsonb, jsonb, bigint[]),
  public.append_run_events_batch(jsonb),
  public.claim_due_timers(integer)
  from public, anon, authenticated;
grant execute on function
  private.append_turn(uuid, bigint, jsonb, jsonb, jsonb, jsonb, bigint[]),
  private.append_turns(jsonb, boolean),
  private.open_approvals(uuid, uuid, uuid, jsonb),
  private.turn_result(uuid, text, text),
  public.append_run_events(uuid, bigint, jsonb, jsonb, jsonb, jsonb, bigint[]),
  public.append_run_events_batch(jsonb),
  public.claim_due_timers(integer)
  to service_role;
