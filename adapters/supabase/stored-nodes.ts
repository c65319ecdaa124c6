/**
 * Joins each workflow `w` with those of its nodes `n` that `path` (an SQL/JSON path) finds: in its draft and in its published version,
 * which `g."where"` tells apart.
 * @param id the statement's parameter whose value they name
 * @param variable what the path calls it
 */
export function joinStoredNodes(path: string, id: string, variable: string): string {
  return `cross join lateral (
         select 'draft' as "where", w.draft as graph
         union all
         select 'published', v.definition from public.workflow_versions v
         where v.workflow_id = w.id and v.version = w.published_version
       ) g
       cross join lateral jsonb_path_query(
         -- Only what names it at all is read as more than text.
         case when strpos(g.graph::text, ${id}::text) > 0 then replace(g.graph::text, '\\u0000', '')::jsonb else '{}' end,
         '${path}', jsonb_build_object('${variable}', ${id}::text)) n`;
}
