-- Organisations (the tenants), the people in them, and groups that work can be assigned to.

create table public.organizations (
  id uuid primary key default gen_random_uuid(),
  name text not null check (char_length(btrim(name)) between 1 and 120),
  slug text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(slug) <= 60),
  -- Written by browsers directly, so it is capped here as well.
  settings jsonb not null default '{}' check (jsonb_typeof(settings) = 'object' and octet_length(settings::text) <= 65536),
  created_at timestamptz not null default now()
);

-- What colleagues may know of an account. auth.users is not readable by the data API and holds far more.
create table public.profiles (
  id uuid primary key references auth.users (id) on delete cascade,
  email text,
  name text check (char_length(name) <= 120),
  created_at timestamptz not null default now()
);

create table public.memberships (
  org_id uuid not null references public.organizations (id) on delete cascade,
  -- The profile exists for as long as the account does; pointing here lets the data API embed it.
  user_id uuid not null references public.profiles (id) on delete cascade,
  role text not null check (role in ('owner', 'admin', 'builder', 'operator', 'approver', 'viewer')),
  created_at timestamptz not null default now(),
  primary key (org_id, user_id)
);
create index memberships_user on public.memberships (user_id);

create table public.groups (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references public.organizations (id) on delete cascade,
  name text not null check (char_length(btrim(name)) between 1 and 120),
  created_at timestamptz not null default now(),
  unique (org_id, name),
  unique (id, org_id)
);

-- Two-column keys: a group, its members and their membership cannot belong to different organisations, and who leaves
-- the organisation leaves its groups.
create table public.group_members (
  group_id uuid not null,
  org_id uuid not null,
  user_id uuid not null,
  created_at timestamptz not null default now(),
  primary key (group_id, user_id),
  foreign key (group_id, org_id) references public.groups (id, org_id) on delete cascade,
  foreign key (org_id, user_id) references public.memberships (org_id, user_id) on delete cascade
);
create index group_members_membership on public.group_members (org_id, user_id);

-- The organisations in which the asker has one of these roles, or any role when none is named. Policies compare with
-- the array of a sub-select, so it is computed once a query and can use an index, where a test per row could not.
create function private.org_ids(variadic roles text[] default '{}') returns uuid[]
language sql stable security definer set search_path = ''
as $$
  select coalesce(array_agg(m.org_id), '{}')
  from public.memberships m
  where m.user_id = private.user_id() and (cardinality(roles) = 0 or m.role = any (roles))
$$;

create function private.is_member(org uuid) returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (select 1 from public.memberships m where m.org_id = org and m.user_id = private.user_id())
$$;

create function private.has_role(org uuid, variadic roles text[]) returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (
    select 1 from public.memberships m
    where m.org_id = org and m.user_id = private.user_id() and m.role = any (roles)
  )
$$;

-- Everybody with whom the asker shares an organisation, the asker included.
create function private.colleague_ids() returns uuid[]
language sql stable security definer set search_path = ''
as $$
  select coalesce(array_agg(distinct other.user_id), '{}')
  from public.memberships mine
  join public.memberships other on other.org_id = mine.org_id
  where mine.user_id = private.user_id()
$$;

revoke all on function private.org_ids(text[]), private.is_member(uuid), private.has_role(uuid, text[]), private.colleague_ids()
  from public, anon;
grant execute on function private.org_ids(text[]), private.is_member(uuid), private.has_role(uuid, text[]), private.colleague_ids()
  to authenticated, service_role;

-- Profiles follow accounts. A sign-up must never fail for the sake of a display name, so that is cut, not checked.
create function private.keep_profile() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.profiles (id, email, name)
  values (new.id, new.email, left(nullif(btrim(new.raw_user_meta_data ->> 'name'), ''), 120))
  on conflict (id) do update set email = excluded.email;
  return null;
end
$$;
revoke all on function private.keep_profile() from public, anon, authenticated;

create trigger baton_profile_created after insert on auth.users
  for each row execute function private.keep_profile();
create trigger baton_profile_email after update of email on auth.users
  for each row when (old.email is distinct from new.email) execute function private.keep_profile();

insert into public.profiles (id, email, name)
select id, email, left(nullif(btrim(raw_user_meta_data ->> 'name'), ''), 120) from auth.users
on conflict (id) do nothing;

-- The lock makes two owners who demote each other at the same moment take turns, and the later one is refused.
-- When the organisation itself is being deleted there is no row to lock, and nothing to keep.
create function private.keep_an_owner() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform 1 from public.organizations where id = old.org_id for no key update;
  if found and not exists (select 1 from public.memberships where org_id = old.org_id and role = 'owner') then
    raise exception 'An organisation keeps at least one owner, and this is the last one.'
      using errcode = 'BT010', hint = 'Make another member an owner first, or delete the organisation.';
  end if;
  return null;
end
$$;
revoke all on function private.keep_an_owner() from public, anon, authenticated;

-- After the statement and not before: one statement may hand ownership over.
create trigger memberships_keep_an_owner after update or delete on public.memberships
  for each row when (old.role = 'owner') execute function private.keep_an_owner();

-- Makes an organisation with the caller as its owner. The slug is the name, with a suffix where that is taken.
create function public.create_organization(name text) returns public.organizations
language plpgsql security definer set search_path = ''
as $$
declare
  asker uuid := private.user_id();
  title text := btrim(create_organization.name);
  base text;
  made public.organizations;
begin
  if asker is null then
    raise exception 'Sign in to create an organisation.' using errcode = '42501';
  end if;
  if title is null or char_length(title) not between 1 and 120 then
    raise exception 'An organisation''s name has 1 to 120 characters.' using errcode = '22023';
  end if;
  if cardinality(private.org_ids('owner')) >= 25 then
    raise exception 'One account owns at most 25 organisations.'
      using errcode = 'BT012', hint = 'Delete one, or hand its ownership to somebody else.';
  end if;
  base := trim(both '-' from left(regexp_replace(lower(title), '[^a-z0-9]+', '-', 'g'), 40));
  base := coalesce(nullif(base, ''), 'org');
  insert into public.organizations as o (name, slug) values (title, base) on conflict (slug) do nothing returning o.* into made;
  if not found then
    insert into public.organizations as o (name, slug)
    values (title, base || '-' || substr(replace(gen_random_uuid()::text, '-', ''), 1, 12)) returning o.* into made;
  end if;
  insert into public.memberships (org_id, user_id, role) values (made.id, asker, 'owner');
  return made;
end
$$;
revoke all on function public.create_organization(text) from public, anon;
grant execute on function public.create_organization(text) to authenticated;

-- Row-level security. No column that places a row (org_id, user_id, group_id) is updatable: rows never change tenant.
alter table public.organizations enable row level security;
alter table public.organizations force row level security;
alter table public.profiles enable row level security;
alter table public.profiles force row level security;
alter table public.memberships enable row level security;
alter table public.memberships force row level security;
alter table public.groups enable row level security;
alter table public.groups force row level security;
alter table public.group_members enable row level security;
alter table public.group_members force row level security;

revoke all on public.organizations, public.profiles, public.memberships, public.groups, public.group_members
  from anon, authenticated, service_role;
grant select, insert, update, delete on public.organizations, public.profiles, public.memberships, public.groups, public.group_members
  to service_role;
grant select on public.organizations, public.profiles, public.memberships, public.groups, public.group_members to authenticated;
grant update (name, slug, settings) on public.organizations to authenticated;
grant update (name) on public.profiles to authenticated;
grant insert (org_id, user_id, role), update (role), delete on public.memberships to authenticated;
grant insert (org_id, name), update (name), delete on public.groups to authenticated;
grant insert (group_id, org_id, user_id), delete on public.group_members to authenticated;

create policy "members read" on public.organizations for select to authenticated
  using (id = any ((select private.org_ids())::uuid[]));
create policy "owners and admins change" on public.organizations for update to authenticated
  using (id = any ((select private.org_ids('owner', 'admin'))::uuid[]))
  with check (id = any ((select private.org_ids('owner', 'admin'))::uuid[]));

create policy "oneself and colleagues read" on public.profiles for select to authenticated
  using (id = (select private.user_id()) or id = any ((select private.colleague_ids())::uuid[]));
create policy "oneself changes" on public.profiles for update to authenticated
  using (id = (select private.user_id()))
  with check (id = (select private.user_id()));

create policy "members read" on public.memberships for select to authenticated
  using (org_id = any ((select private.org_ids())::uuid[]));
create policy "owners add, admins all but owners" on public.memberships for insert to authenticated
  with check (
    org_id = any ((select private.org_ids('owner'))::uuid[])
    or (role <> 'owner' and org_id = any ((select private.org_ids('admin'))::uuid[]))
  );
create policy "owners change, admins all but owners" on public.memberships for update to authenticated
  using (
    org_id = any ((select private.org_ids('owner'))::uuid[])
    or (role <> 'owner' and org_id = any ((select private.org_ids('admin'))::uuid[]))
  )
  with check (
    org_id = any ((select private.org_ids('owner'))::uuid[])
    or (role <> 'owner' and org_id = any ((select private.org_ids('admin'))::uuid[]))
  );
create policy "owners remove, admins all but owners" on public.memberships for delete to authenticated
  using (
    org_id = any ((select private.org_ids('owner'))::uuid[])
    or (role <> 'owner' and org_id = any ((select private.org_ids('admin'))::uuid[]))
  );

create policy "members read" on public.groups for select to authenticated
  using (org_id = any ((select private.org_ids())::uuid[]));
create policy "owners and admins add" on public.groups for insert to authenticated
  with check (org_id = any ((select private.org_ids('owner', 'admin'))::uuid[]));
create policy "owners and admins change" on public.groups for update to authenticated
  using (org_id = any ((select private.org_ids('owner', 'admin'))::uuid[]))
  with check (org_id = any ((select private.org_ids('owner', 'admin'))::uuid[]));
create policy "owners and admins remove" on public.groups for delete to authenticated
  using (org_id = any ((select private.org_ids('owner', 'admin'))::uuid[]));

create policy "members read" on public.group_members for select to authenticated
  using (org_id = any ((select private.org_ids())::uuid[]));
create policy "owners and admins add" on public.group_members for insert to authenticated
  with check (org_id = any ((select private.org_ids('owner', 'admin'))::uuid[]));
create policy "owners and admins remove" on public.group_members for delete to authenticated
  using (org_id = any ((select private.org_ids('owner', 'admin'))::uuid[]));
