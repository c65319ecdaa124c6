-- Who may join which private channel. Realtime asks these policies when a channel is joined and when a token is renewed.

-- run:<id> is for members of the run's organisation, org:<id> for members of that one; any other topic is for nobody.
-- Ids in lower case only, so that there is one channel a run and not one for each spelling.
create function private.may_hear(topic text) returns boolean
language sql stable security definer set search_path = ''
as $$
  select case
    when topic ~ '^run:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' then
      exists (select 1 from public.runs r where r.id = substr(topic, 5)::uuid and private.is_member(r.org_id))
    when topic ~ '^org:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' then
      private.is_member(substr(topic, 5)::uuid)
    else false
  end
$$;
revoke all on function private.may_hear(text) from public, anon;
grant execute on function private.may_hear(text) to authenticated, service_role;

create policy "baton members listen" on realtime.messages for select to authenticated
  using (extension in ('broadcast', 'presence') and (select private.may_hear((select realtime.topic()))));

-- Members show that they are there. What a run says comes from workers alone: a client that could broadcast into a
-- run's channel could forge its events on the screens of others.
create policy "baton members are present" on realtime.messages for insert to authenticated
  with check (extension = 'presence' and (select private.may_hear((select realtime.topic()))));
