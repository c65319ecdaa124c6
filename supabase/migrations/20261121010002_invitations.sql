-- Invitations by mail. The link's token is kept as a hash: who reads this table cannot use them.

create table public.invitations (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  email text not null check (email = lower(email) and char_length(email) between 3 and 320),
  role text not null check (role in ('owner', 'admin', 'builder', 'operator', 'approver', 'viewer')),
  token_hash bytea not null unique check (octet_length(token_hash) = 32),
  -- Null for an invitation by an API key.
  invited_by uuid,
  invited_by_label text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  -- When the mail last went out; null while none did.
  sent_at timestamptz,
  accepted_at timestamptz,
  accepted_by uuid,
  revoked_at timestamptz
);
create index invitations_org on public.invitations (org_id, created_at desc);
-- One open invitation an address: a second one would leave two links about.
create unique index invitations_open on public.invitations (org_id, email) where accepted_at is null and revoked_at is null;

alter table public.invitations enable row level security;
alter table public.invitations force row level security;
revoke all on public.invitations from anon, authenticated, service_role;
grant select, insert, update, delete on public.invitations to service_role;

-- Returns {outcome, orgId, role}: accepted, member (was one already and keeps their role), used, revoked, expired, withdrawn
-- (who invited may not any more), other-account, or missing. The row's lock lets one of several callers in.
create function public.accept_invitation(p_token_hash bytea, p_user_id uuid, p_ip inet, p_user_agent text) returns jsonb
language plpgsql set search_path = ''
as $$
declare
  invited public.invitations;
  address text;
  held text;
begin
  select * into invited from public.invitations where token_hash = p_token_hash for update;
  if not found then
    return jsonb_build_object('outcome', 'missing', 'orgId', null, 'role', null);
  end if;
  select lower(p.email) into address from public.profiles p where p.id = p_user_id;
  if address is distinct from invited.email then
    return jsonb_build_object('outcome', 'other-account', 'orgId', null, 'role', null);
  end if;
  if invited.accepted_at is not null or invited.revoked_at is not null or invited.expires_at <= clock_timestamp() then
    return jsonb_build_object('outcome', case when invited.accepted_at is not null then 'used'
      when invited.revoked_at is not null then 'revoked' else 'expired' end, 'orgId', null, 'role', null);
  end if;
  -- The rights of today count: an admin who was removed leaves no doors open behind them.
  if invited.invited_by is not null and not exists (
    select 1 from public.memberships m where m.org_id = invited.org_id and m.user_id = invited.invited_by
      and (m.role = 'owner' or (m.role = 'admin' and invited.role <> 'owner'))
  ) then
    return jsonb_build_object('outcome', 'withdrawn', 'orgId', null, 'role', null);
  end if;

  update public.invitations set accepted_at = clock_timestamp(), accepted_by = p_user_id where id = invited.id;
  insert into public.memberships (org_id, user_id, role) values (invited.org_id, p_user_id, invited.role)
  on conflict (org_id, user_id) do nothing returning role into held;
  insert into public.audit_log (org_id, actor_kind, actor_id, actor_label, action, target_kind, target_id, ip, user_agent, details)
  values (invited.org_id, 'user', p_user_id, invited.email, 'invitation-accepted', 'invitation', invited.id::text, p_ip,
    left(p_user_agent, 512), jsonb_build_object('role', invited.role));
  return jsonb_build_object('outcome', case when held is null then 'member' else 'accepted' end,
    'orgId', invited.org_id, 'role', coalesce(held, (select m.role from public.memberships m
      where m.org_id = invited.org_id and m.user_id = p_user_id)));
end
$$;
revoke all on function public.accept_invitation(bytea, uuid, inet, text) from public, anon, authenticated;
grant execute on function public.accept_invitation(bytea, uuid, inet, text) to service_role;
