-- The database side of the local Realtime server: what hosted Supabase has in its schema `realtime`, as far as broadcast,
-- presence and authorisation need it. Idempotent. The roles anon, authenticated and service_role must exist.

create schema if not exists realtime;
grant usage on schema realtime to anon, authenticated, service_role;

-- The columns up to binary_payload are those of the hosted product, so that policies and triggers move without a change.
-- seq and tx are ours: seq is the order of insertion, tx the inserting transaction, by which the server finds exactly the
-- rows that were committed since it last looked (a sequence alone would miss rows that commit out of order).
create table if not exists realtime.messages (
  topic text not null,
  extension text not null,
  payload jsonb,
  event text,
  private boolean default false,
  updated_at timestamp without time zone not null default (now() at time zone 'utc'),
  inserted_at timestamp without time zone not null default (now() at time zone 'utc'),
  id uuid not null default gen_random_uuid(),
  binary_payload bytea,
  seq bigint generated always as identity,
  tx xid8 not null default pg_current_xact_id(),
  primary key (id, inserted_at),
  constraint messages_payload_exclusive check (payload is null or binary_payload is null)
);

create index if not exists messages_tx_index on realtime.messages (tx);
create index if not exists messages_seq_index on realtime.messages (seq);
create index if not exists messages_inserted_at_topic_index on realtime.messages (inserted_at desc, topic)
  where extension = 'broadcast' and private is true;

-- Row-level security decides; without a policy nobody reads or writes. seq and tx cannot be set by a client's role.
alter table realtime.messages enable row level security;
grant select on realtime.messages to anon, authenticated, service_role;
grant insert (topic, extension, payload, event, private, updated_at, inserted_at, id, binary_payload)
  on realtime.messages to anon, authenticated, service_role;

-- The topic which is being joined, written to or sent to; policies compare it with what the person may see.
create or replace function realtime.topic() returns text language sql stable as $fn$
  select nullif(current_setting('realtime.topic', true), '')
$fn$;

-- A nudge without content: what was inserted is read from the table, since a notification carries 8 kB at most. It is
-- delivered at commit only, so the probes by which the server tries policies (always rolled back) never announce anything.
create or replace function realtime.announce_message() returns trigger language plpgsql as $fn$
begin
  perform pg_notify('realtime_messages', '');
  return null;
end
$fn$;

create or replace trigger announce_message after insert on realtime.messages
  for each row when (new.extension = 'broadcast' and new.event is not null)
  execute function realtime.announce_message();

-- Broadcasts from SQL. A failure is only a warning, as in the hosted product: a message must never undo the
-- transaction of the work it tells about. An object without an "id" gets the message's.
create or replace function realtime.send(payload jsonb, event text, topic text, private boolean default true)
returns void language plpgsql as $fn$
declare
  message_id uuid := gen_random_uuid();
  body jsonb := send.payload;
begin
  if jsonb_typeof(body) = 'object' and not body ? 'id' then
    body := body || jsonb_build_object('id', message_id);
  end if;
  perform set_config('realtime.topic', send.topic, true);
  insert into realtime.messages (id, topic, extension, event, payload, private)
  values (message_id, send.topic, 'broadcast', send.event, body, send.private);
exception when others then
  raise warning 'WarnSendingBroadcastMessage: %', sqlerrm;
end
$fn$;

-- The same for bytes, which only clients with serializer 2.0.0 can receive.
create or replace function realtime.send_binary(payload bytea, event text, topic text, private boolean default true)
returns void language plpgsql as $fn$
begin
  perform set_config('realtime.topic', send_binary.topic, true);
  insert into realtime.messages (topic, extension, event, binary_payload, private)
  values (send_binary.topic, 'broadcast', send_binary.event, send_binary.payload, send_binary.private);
exception when others then
  raise warning 'WarnSendingBroadcastMessage: %', sqlerrm;
end
$fn$;

-- For row triggers: one broadcast with the row before and after.
create or replace function realtime.broadcast_changes(
  topic_name text, event_name text, operation text, table_name text, table_schema text,
  new record, old record, level text default 'ROW'
) returns void language plpgsql as $fn$
begin
  if level = 'STATEMENT' then
    raise exception 'realtime.broadcast_changes works in a trigger for each row, not for each statement';
  end if;
  if operation is null or operation not in ('INSERT', 'UPDATE', 'DELETE') then
    raise exception 'realtime.broadcast_changes: unexpected operation %', operation;
  end if;
  perform realtime.send(
    jsonb_build_object(
      'schema', table_schema, 'table', table_name, 'operation', operation,
      'record', to_jsonb(new), 'old_record', to_jsonb(old)
    ),
    event_name,
    topic_name
  );
end
$fn$;
