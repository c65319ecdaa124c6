import type { SupabaseClient } from "@supabase/supabase-js";
import { z } from "zod";
import { isUuid, parseRow, parseRows, shownSchema } from "./rows.ts";

const workflowSchema = z.object({
  id: z.uuid(),
  name: shownSchema,
  description: shownSchema.nullable(),
  tags: z.array(shownSchema),
  latest_version: z.number().nullable(),
  published_version: z.number().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
});
export type Workflow = z.infer<typeof workflowSchema>;

const columns = "id, name, description, tags, latest_version, published_version, created_at, updated_at";
export const workflowPageSize = 50;

export const workflowSorts = ["updated", "name", "created"] as const;
export type WorkflowSort = (typeof workflowSorts)[number];

export interface WorkflowFilter {
  /** What names are searched for. */
  search: string;
  /** Only those with this tag. */
  tag: string | null;
  sort: WorkflowSort;
  /** The archived ones instead of the others. */
  archived: boolean;
}

/** Workflows of the organisation, at most `limit`. */
export async function listWorkflows(
  client: SupabaseClient,
  organizationId: string,
  { search, tag, sort, archived }: WorkflowFilter,
  limit: number = workflowPageSize,
): Promise<Workflow[]> {
  let asked = client.from("workflows").select(columns).eq("org_id", organizationId);
  asked = archived ? asked.not("deleted_at", "is", null) : asked.is("deleted_at", null);
  // In a pattern these three mean something; in a name they are themselves.
  const pattern = `%${search.trim().replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  if (search.trim() !== "") asked = asked.ilike("name", pattern);
  if (tag !== null) asked = asked.contains("tags", [tag]);
  const column = { updated: "updated_at", name: "name", created: "created_at" }[sort];
  const answer = await asked
    .order(column, { ascending: sort === "name" })
    .order("id")
    .limit(limit);
  return parseRows("the workflows", workflowSchema, answer);
}

/** One workflow, or null where there is none for this user. */
export async function loadWorkflow(client: SupabaseClient, id: string): Promise<Workflow | null> {
  if (!isUuid(id)) return null;
  const answer = await client.from("workflows").select(columns).eq("id", id).is("deleted_at", null).maybeSingle();
  return parseRow("the workflow", workflowSchema, answer);
}

/** Every tag that a workflow of the organisation has, by the alphabet. */
export async function listTags(client: SupabaseClient, organizationId: string): Promise<string[]> {
  const answer = await client
    .from("workflows")
    .select("tags")
    .eq("org_id", organizationId)
    .is("deleted_at", null)
    // Those without any are left out here: the embedded data API cannot compare with an empty array.
    .limit(1_000);
  const rows = parseRows("the tags", workflowSchema.pick({ tags: true }), answer);
  return [...new Set(rows.flatMap(({ tags }) => tags))].toSorted((a, b) => a.localeCompare(b));
}

const versionSchema = z.object({
  version: z.number(),
  note: z.string().nullable(),
  created_at: z.string(),
});
export type WorkflowVersion = z.infer<typeof versionSchema>;

/** The versions of a workflow, newest first. */
export async function listVersions(client: SupabaseClient, workflowId: string): Promise<WorkflowVersion[]> {
  const answer = await client
    .from("workflow_versions")
    .select("version, note, created_at")
    .eq("workflow_id", workflowId)
    .order("version", { ascending: false })
    .limit(100);
  return parseRows("the versions", versionSchema, answer);
}

/** The stored file of a version as plain JSON; null where there is none. */
export async function loadDefinition(client: SupabaseClient, workflowId: string, version: number): Promise<unknown> {
  const answer = await client
    .from("workflow_versions")
    .select("definition")
    .eq("workflow_id", workflowId)
    .eq("version", version)
    .maybeSingle();
  return parseRow("the workflow's file", z.object({ definition: z.unknown() }), answer)?.definition ?? null;
}
