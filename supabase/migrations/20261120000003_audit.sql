-- Who did what, when and from where. Only grows.

create table public.audit_log (
  id bigint generated always as identity primary key,
  org_id uuid not null references public.organizations (id) on delete cascade,
  at timestamptz not null default now(),
  actor_kind text not null check (actor_kind in ('user', 'api_key', 'system')),
  -- No foreign key: the record outlives the account, the label says whose it was.
  actor_id uuid,
  actor_label text not null,
  action text not null,
  target_kind text not null,
  target_id text not null,
  ip inet,
  user_agent text,
  details jsonb not null default '{}'
);
create index audit_log_org on public.audit_log (org_id, id desc);
create index audit_log_target on public.audit_log (org_id, target_kind, target_id, id desc);

create trigger audit_log_append_only before update or delete on public.audit_log
  for each row execute function private.refuse_change();
create trigger audit_log_no_truncate before truncate on public.audit_log
  for each statement execute function private.refuse_change();

alter table public.audit_log enable row level security;
alter table public.audit_log force row level security;
revoke all on public.audit_log from anon, authenticated, service_role;
grant select, insert on public.audit_log to service_role;
grant select on public.audit_log to authenticated;

create policy "members read" on public.audit_log for select to authenticated
  using (org_id = any ((select private.org_ids())::uuid[]));

-- Browsers change members and groups by the data API, past the use cases that write the audit: here it is written for
-- them. Without a user's token the writer is one of those use cases, which knows more than this trigger does.
create function private.audit_direct_change() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  asker uuid := private.user_id();
  was jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  became jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  subject jsonb := coalesce(became, was);
begin
  if asker is null then
    return null;
  end if;
  insert into public.audit_log (org_id, actor_kind, actor_id, actor_label, action, target_kind, target_id, details)
  select o.id, 'user', asker, coalesce((select p.email from public.profiles p where p.id = asker), asker::text),
    tg_argv[0] || case tg_op when 'INSERT' then '-created' when 'UPDATE' then '-updated' else '-deleted' end,
    tg_argv[0], coalesce(subject ->> tg_argv[1], ''), jsonb_strip_nulls(jsonb_build_object('before', was, 'after', became))
  from public.organizations o
  -- No row while the organisation itself is being deleted: its audit goes with it.
  where o.id = (subject ->> tg_argv[2])::uuid;
  return null;
end
$$;
revoke all on function private.audit_direct_change() from public, anon, authenticated;

create trigger organizations_audit after insert or update on public.organizations
  for each row execute function private.audit_direct_change('organization', 'id', 'id');
create trigger memberships_audit after insert or update or delete on public.memberships
  for each row execute function private.audit_direct_change('membership', 'user_id', 'org_id');
create trigger groups_audit after insert or update or delete on public.groups
  for each row execute function private.audit_direct_change('group', 'id', 'org_id');
create trigger group_members_audit after insert or delete on public.group_members
  for each row execute function private.audit_direct_change('group-member', 'group_id', 'org_id');
