-- Words by which people keep their workflows apart: a workflow has none or several, and lists are filtered by one.

-- In the order in which they were given; what one may look like is said by contracts/api/workflow.ts.
alter table public.workflows add column tags text[] not null default '{}'
  check (cardinality(tags) <= 10 and array_position(tags, null) is null and char_length(array_to_string(tags, '')) <= 400);
create index workflows_by_tag on public.workflows using gin (tags) where deleted_at is null;
