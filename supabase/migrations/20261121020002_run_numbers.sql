-- What home draws over time, counted where the rows are. As their asker: row-level security decides which runs count.

-- Runs and cost by day of the asker's calendar and by workflow. The workflows that cost or ran most in that time are named; the rest is
-- one row a day without a workflow, so that the answer is at most (most + 1) rows a day however much an organisation runs.
create function public.run_numbers(org uuid, days integer, zone text, most integer default 5)
returns table (day date, workflow_id uuid, workflow_name text, completed bigint, failed bigint, cancelled bigint, open bigint, cost_usd numeric)
language sql stable security invoker set search_path = ''
as $$
  with asked as (
    select (date_trunc('day', now() at time zone zone) - make_interval(days => least(greatest(days, 1), 90) - 1)) at time zone zone as since
  ), chosen as (
    select (r.created_at at time zone zone)::date as day, r.workflow_id, r.workflow_name, r.status, r.cost_usd, r.created_at
    from public.runs r, asked
    where r.org_id = run_numbers.org and r.created_at >= asked.since
  ), ranked as (
    select c.workflow_id, (array_agg(c.workflow_name order by c.created_at desc))[1] as name,
      row_number() over (order by sum(c.cost_usd) desc, count(*) desc, c.workflow_id) as place
    from chosen c group by c.workflow_id
  )
  select c.day, named.workflow_id, named.name,
    count(*) filter (where c.status = 'completed'), count(*) filter (where c.status = 'failed'),
    count(*) filter (where c.status = 'cancelled'),
    count(*) filter (where c.status in ('queued', 'running', 'waiting', 'paused')),
    sum(c.cost_usd)
  from chosen c
  left join ranked named on named.workflow_id = c.workflow_id and named.place <= least(greatest(most, 0), 20)
  group by c.day, named.workflow_id, named.name
  order by c.day, named.workflow_id
$$;
revoke all on function public.run_numbers(uuid, integer, text, integer) from public, anon;
grant execute on function public.run_numbers(uuid, integer, text, integer) to authenticated, service_role;

-- The newest run of each of these workflows: what the list of workflows shows beside each.
create function public.latest_runs(workflows uuid[])
returns table (
  id uuid, org_id uuid, workflow_id uuid, workflow_name text, version integer, status text, cost_usd numeric, model_label text,
  created_by uuid, created_at timestamptz, started_at timestamptz, ended_at timestamptz
)
language sql stable security invoker set search_path = ''
as $$
  select latest.* from unnest(workflows) as asked (id)
  cross join lateral (
    select r.id, r.org_id, r.workflow_id, r.workflow_name, r.version, r.status, r.cost_usd, r.model_label,
      r.created_by, r.created_at, r.started_at, r.ended_at
    from public.runs r where r.workflow_id = asked.id order by r.created_at desc limit 1
  ) latest
$$;
revoke all on function public.latest_runs(uuid[]) from public, anon;
grant execute on function public.latest_runs(uuid[]) to authenticated, service_role;
