-- How a request ends: a person decides it, or its deadline does. Both begin by locking the row, so exactly one of
-- them finds it pending. The run learns of it by a signal, written in the same transaction.

-- The signal that tells a run what was decided. Times in payloads are milliseconds since 1970, as in the journal.
create function private.signal_decision(p_approval public.approvals, p_by jsonb) returns bigint
language sql set search_path = ''
as $$
  insert into public.run_signals (org_id, run_id, kind, payload)
  values (p_approval.org_id, p_approval.run_id, 'decision', jsonb_build_object(
    'approvalId', p_approval.id, 'stepId', p_approval.step_id, 'decision', p_approval.decision, 'comment', p_approval.comment,
    'fields', p_approval.fields, 'by', p_by, 'via', p_approval.decided_via,
    'at', floor(extract(epoch from p_approval.decided_at) * 1000)))
  returning id
$$;

-- Returns {outcome, approval, signalId}: decided (by this call), already, expired, cancelled (the row says how), or
-- missing. Whether the actor may decide, and whether decision and fields fit the request, the use case has checked.
create function public.decide_approval(
  p_approval_id uuid, p_org_id uuid, p_decision text, p_comment text, p_fields jsonb,
  p_actor_kind text, p_actor_id uuid, p_actor_label text, p_via text, p_ip inet, p_user_agent text
) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  request public.approvals;
  signal bigint;
begin
  select * into request from public.approvals where id = p_approval_id and org_id = p_org_id for update;
  if not found then
    return jsonb_build_object('outcome', 'missing', 'approval', null, 'signalId', null);
  end if;
  if request.status <> 'pending' then
    return jsonb_build_object('outcome', case request.status when 'decided' then 'already' else request.status end,
      'approval', to_jsonb(request), 'signalId', null);
  end if;
  -- The clock and not now(): this transaction may have waited for the lock until the deadline was over.
  if request.deadline_at <= clock_timestamp() then
    return jsonb_build_object('outcome', 'expired', 'approval', to_jsonb(request), 'signalId', null);
  end if;

  update public.approvals set status = 'decided', decision = p_decision, comment = p_comment, fields = p_fields,
    decided_by = p_actor_id, decided_by_label = p_actor_label, decided_via = p_via, decided_ip = p_ip,
    decided_user_agent = left(p_user_agent, 512), decided_at = clock_timestamp()
  where id = request.id returning * into request;
  signal := private.signal_decision(request, jsonb_build_object('kind', p_actor_kind, 'id', p_actor_id, 'label', p_actor_label));
  insert into public.audit_log (org_id, actor_kind, actor_id, actor_label, action, target_kind, target_id, ip, user_agent, details)
  values (request.org_id, p_actor_kind, p_actor_id, p_actor_label, 'approval-decided', 'approval', request.id::text, p_ip,
    left(p_user_agent, 512), jsonb_build_object('runId', request.run_id, 'stepId', request.step_id, 'decision', p_decision, 'via', p_via));
  return jsonb_build_object('outcome', 'decided', 'approval', to_jsonb(request), 'signalId', signal);
end
$$;

-- The deadline's side. Returns {outcome, approval, signalId}: expired, escalated, already (no longer pending), early
-- (the deadline is still to come, or there is none), or missing.
create function public.expire_approval(p_approval_id uuid) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  request public.approvals;
  signal bigint;
  verdict text;
begin
  select * into request from public.approvals where id = p_approval_id for update;
  if not found then
    return jsonb_build_object('outcome', 'missing', 'approval', null, 'signalId', null);
  end if;
  if request.status <> 'pending' then
    return jsonb_build_object('outcome', 'already', 'approval', to_jsonb(request), 'signalId', null);
  end if;
  if request.deadline_at is null or request.deadline_at > clock_timestamp() then
    return jsonb_build_object('outcome', 'early', 'approval', to_jsonb(request), 'signalId', null);
  end if;

  if request.on_timeout = 'escalate' and request.escalated_at is null and request.escalate_to is not null then
    return private.escalate_approval(request);
  end if;
  -- Silence approves only where the author said so and it can be undone; in every other case it rejects.
  verdict := case when request.on_timeout = 'approve' and not request.irreversible then 'approve' else 'reject' end;
  update public.approvals set status = 'expired', decision = verdict, decided_by_label = 'system', decided_via = 'system',
    decided_at = clock_timestamp()
  where id = request.id returning * into request;
  signal := private.signal_decision(request, jsonb_build_object('kind', 'system', 'id', null, 'label', 'system'));
  insert into public.audit_log (org_id, actor_kind, actor_label, action, target_kind, target_id, details)
  values (request.org_id, 'system', 'system', 'approval-expired', 'approval', request.id::text,
    jsonb_build_object('runId', request.run_id, 'stepId', request.step_id, 'decision', verdict, 'onTimeout', request.on_timeout));
  return jsonb_build_object('outcome', 'expired', 'approval', to_jsonb(request), 'signalId', signal);
end
$$;

-- Hands a request on, once, with as much time as the first assignee had.
create function private.escalate_approval(p_request public.approvals) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  request public.approvals;
  signal bigint;
begin
  update public.approvals set assignee = escalate_to, escalated_at = clock_timestamp(),
    deadline_at = clock_timestamp() + greatest(deadline_at - created_at, interval '1 second')
  where id = p_request.id returning * into request;
  insert into public.run_signals (org_id, run_id, kind, payload)
  values (request.org_id, request.run_id, 'timer', jsonb_build_object(
    'escalated', true, 'approvalId', request.id, 'stepId', request.step_id, 'from', p_request.assignee, 'assignee', request.assignee,
    'deadlineAt', floor(extract(epoch from request.deadline_at) * 1000), 'at', floor(extract(epoch from request.escalated_at) * 1000)))
  returning id into signal;
  insert into public.audit_log (org_id, actor_kind, actor_label, action, target_kind, target_id, details)
  values (request.org_id, 'system', 'system', 'approval-escalated', 'approval', request.id::text, jsonb_build_object(
    'runId', request.run_id, 'stepId', request.step_id, 'from', p_request.assignee, 'to', request.assignee));
  return jsonb_build_object('outcome', 'escalated', 'approval', to_jsonb(request), 'signalId', signal);
end
$$;

revoke all on function
  private.signal_decision(public.approvals, jsonb),
  private.escalate_approval(public.approvals),
  public.decide_approval(uuid, uuid, text, text, jsonb, text, uuid, text, text, inet, text),
  public.expire_approval(uuid)
  from public, anon, authenticated;
grant execute on function
  private.signal_decision(public.approvals, jsonb),
  private.escalate_approval(public.approvals),
  public.decide_approval(uuid, uuid, text, text, jsonb, text, uuid, text, text, inet, text),
  public.expire_approval(uuid)
  to service_role;
