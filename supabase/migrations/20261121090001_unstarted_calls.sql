-- The sweep looks for runs that wait for a sub-workflow whose start was lost with its worker. Few events are of this type, so
-- the index costs the others nothing.
create index run_events_calls on public.run_events (at) where type = 'child-started';
