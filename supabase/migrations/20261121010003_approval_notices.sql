-- Who is to be told of a request outside the product. Written in the same transaction as the request, so none is forgotten;
-- one row a person and round, so nobody is told twice.

create table public.approval_notices (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  approval_id uuid not null references public.approvals (id) on delete cascade,
  -- 0 for those who were asked first, 1 for those it was handed on to.
  round smallint not null,
  channel text not null check (channel in ('email')),
  recipient text not null check (char_length(recipient) <= 320),
  attempts integer not null default 0,
  -- A claim moves it on: who claimed and died has not lost the notice.
  next_at timestamptz not null default now(),
  sent_at timestamptz,
  -- Given up: the address was refused, there were too many tries, or there is nothing left to decide.
  dropped_at timestamptz,
  last_error text,
  created_at timestamptz not null default now(),
  unique (approval_id, round, channel, recipient)
);
create index approval_notices_due on public.approval_notices (next_at) where sent_at is null and dropped_at is null;
create index approval_notices_org on public.approval_notices (org_id);

alter table public.approval_notices enable row level security;
alter table public.approval_notices force row level security;
revoke all on public.approval_notices from anon, authenticated, service_role;
grant select, insert, update, delete on public.approval_notices to service_role;

-- Texts are compared as texts: what a workflow file names as an assignee need not be an id, and must never fail the append.
create function private.queue_approval_notices() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  who text := new.assignee ->> 'kind';
  which text := lower(new.assignee ->> 'id');
begin
  if new.status <> 'pending' or not new.channels ? 'email' then
    return null;
  end if;
  insert into public.approval_notices (org_id, approval_id, round, channel, recipient)
  select new.org_id, new.id, case when new.escalated_at is null then 0 else 1 end, 'email', lower(p.email)
  from public.memberships m
  join public.profiles p on p.id = m.user_id
  where m.org_id = new.org_id and m.role <> 'viewer' and p.email is not null and char_length(p.email) <= 320
    and case who
      when 'anyone' then true
      when 'user' then which in (p.id::text, lower(p.email))
      when 'role' then which = m.role
      when 'group' then exists (
        select 1 from public.group_members gm join public.groups g on g.id = gm.group_id
        where gm.org_id = new.org_id and gm.user_id = m.user_id and which in (g.id::text, lower(g.name)))
      else false
    end
  order by m.created_at
  limit 100
  on conflict do nothing;
  return null;
end
$$;
revoke all on function private.queue_approval_notices() from public, anon, authenticated;

create trigger approvals_notify after insert on public.approvals
  for each row execute function private.queue_approval_notices();
create trigger approvals_notify_next after update of assignee on public.approvals
  for each row when (old.assignee is distinct from new.assignee) execute function private.queue_approval_notices();
