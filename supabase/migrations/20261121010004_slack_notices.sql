-- Requests are told by Slack as well: to each person directly, found there by their address. No channel is shared between organisations.
alter table public.approval_notices drop constraint approval_notices_channel_check;
alter table public.approval_notices add constraint approval_notices_channel_check check (channel in ('email', 'slack'));

create or replace function private.queue_approval_notices() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  who text := new.assignee ->> 'kind';
  which text := lower(new.assignee ->> 'id');
begin
  if new.status <> 'pending' or not new.channels ?| array['email', 'slack'] then
    return null;
  end if;
  insert into public.approval_notices (org_id, approval_id, round, channel, recipient)
  select new.org_id, new.id, case when new.escalated_at is null then 0 else 1 end, told.channel, asked.email
  from (
    select lower(p.email) as email
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
  ) as asked
  cross join (values ('email'), ('slack')) as told (channel)
  where new.channels ? told.channel
  on conflict do nothing;
  return null;
end
$$;
