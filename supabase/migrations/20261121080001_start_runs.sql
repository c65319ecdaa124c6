-- Starts many runs in one statement, each with its first events, its audit row and, where it ended at once, its end.
--
-- p_runs: [{id, orgId, workflowId, version, latest, input, priority, trigger, createdBy, idempotencyKey,
--           status, output, error, startedAt, endedAt (ms), events: [{seq, at (ms), type, stepId, data}], audit}]
-- The answer has a row for each run that is there, by its place in the list (from 1). A run whose workflow or version is
-- gone, or for which `latest` no longer names the published version, has none; one whose idempotency key was used before
-- gives that earlier run. A twin that commits while this statement runs is seen only by the next one.
create function public.start_runs(p_runs jsonb) returns table (place bigint, id uuid, status text, workflow_name text)
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
    returning id, status, workflow_name
  ), journalled as (
    insert into public.run_events (run_id, seq, org_id, at, type, step_id, data)
    select a.id, e.place, a.org_id, to_timestamp(e.at / 1000), e.type, e.step_id, coalesce(e.data, '{}')
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

revoke all on function public.start_runs(jsonb) from public, anon, authenticated;
grant execute on function public.start_runs(jsonb) to service_role;
