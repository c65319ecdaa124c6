-- A request is handed to a colleague: who did it, when and why stands with the request. The last one counts; the audit has all.

alter table public.approvals
  add column delegated_by uuid,
  add column delegated_by_label text,
  add column delegated_at timestamptz,
  add column delegation_note text check (char_length(delegation_note) <= 1000);

-- Returns {outcome}: delegated, over (no longer pending, or past its deadline), missing, or stranger (who is named is no member
-- that may decide). The change of assignee tells the new one by the channels of the request, as the first was told.
create function public.delegate_approval(
  p_id uuid, p_org uuid, p_to uuid, p_note text, p_actor_kind text, p_actor_id uuid, p_actor_label text, p_ip inet, p_user_agent text
) returns jsonb
language plpgsql security invoker set search_path = ''
as $$
declare
  request public.approvals;
begin
  select * into request from public.approvals where id = p_id and org_id = p_org for update;
  if not found then
    return jsonb_build_object('outcome', 'missing');
  end if;
  if request.status <> 'pending' or request.deadline_at <= clock_timestamp() then
    return jsonb_build_object('outcome', 'over');
  end if;
  if not exists (
    select 1 from public.memberships m where m.org_id = p_org and m.user_id = p_to and m.role <> 'viewer'
  ) then
    return jsonb_build_object('outcome', 'stranger');
  end if;
  update public.approvals set assignee = jsonb_build_object('kind', 'user', 'id', p_to), delegated_by = p_actor_id,
    delegated_by_label = p_actor_label, delegated_at = clock_timestamp(), delegation_note = p_note
  where id = p_id;
  insert into public.audit_log (org_id, actor_kind, actor_id, actor_label, action, target_kind, target_id, ip, user_agent, details)
  values (p_org, p_actor_kind, p_actor_id, p_actor_label, 'approval-delegated', 'approval', p_id::text, p_ip, p_user_agent,
    jsonb_build_object('runId', request.run_id, 'stepId', request.step_id, 'from', request.assignee, 'to', p_to));
  return jsonb_build_object('outcome', 'delegated');
end
$$;
revoke all on function public.delegate_approval(uuid, uuid, uuid, text, text, uuid, text, inet, text)
  from public, anon, authenticated, service_role;
grant execute on function public.delegate_approval(uuid, uuid, uuid, text, text, uuid, text, inet, text) to service_role;
