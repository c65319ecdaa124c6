-- A workflow file keeps the order in which people wrote its fields (a form's fields, an export's diff): json does, jsonb sorts.
alter table public.workflows alter column draft type json using draft::json;
alter table public.workflow_versions alter column definition type json using definition::json;

-- Who decides through a signed link is not known by name: the audit says so instead of naming the system.
alter table public.audit_log drop constraint audit_log_actor_kind_check;
alter table public.audit_log add constraint audit_log_actor_kind_check
  check (actor_kind in ('user', 'api_key', 'system', 'link'));
