-- Runs that go on from a moment of another one: for the page of that other one.
create index runs_forks on public.runs ((trigger -> 'forkOf' ->> 'id')) where trigger ? 'forkOf';
