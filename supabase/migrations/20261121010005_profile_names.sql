-- The embedded Auth keeps what people say of themselves as JSON within a JSON text, the hosted one as JSON. A name is found in both.
create function private.given_name(metadata jsonb) returns text
language plpgsql immutable set search_path = ''
as $$
declare
  said jsonb := metadata;
begin
  if jsonb_typeof(said) = 'string' then
    said := (said #>> '{}')::jsonb;
  end if;
  return left(nullif(btrim(said ->> 'name'), ''), 120);
exception when others then
  -- A sign-up must never fail for the sake of a display name.
  return null;
end
$$;
revoke all on function private.given_name(jsonb) from public, anon, authenticated;

create or replace function private.keep_profile() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.profiles (id, email, name)
  values (new.id, new.email, private.given_name(new.raw_user_meta_data))
  on conflict (id) do update set email = excluded.email;
  return null;
end
$$;

update public.profiles p set name = private.given_name(u.raw_user_meta_data)
from auth.users u where u.id = p.id and p.name is null and private.given_name(u.raw_user_meta_data) is not null;
