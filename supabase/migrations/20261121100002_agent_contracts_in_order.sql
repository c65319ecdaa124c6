-- json and not jsonb: the fields of a contract keep the order in which people wrote them.
alter table public.agent_versions drop constraint agent_versions_settings_check;
alter table public.agent_versions alter column settings type json using settings::json;
alter table public.agent_versions add check (json_typeof(settings) = 'object' and octet_length(settings::text) <= 262144);
