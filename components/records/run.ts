import type { SupabaseClient } from "@supabase/supabase-js";
import { z } from "zod";
import { runStatusSchema, type RunStatus } from "../../engine/run/status.ts";
import { isUuid, parseRow, parseRows } from "./rows.ts";

const runSchema = z.object({
  id: z.uuid(),
  org_id: z.uuid(),
  workflow_id: z.uuid(),
  workflow_name: z.string(),
  version: z.number(),
  status: runStatusSchema,
  cost_usd: z.coerce.number(),
  model_label: z.string().nullable(),
  created_at: z.string(),
  started_at: z.string().nullable(),
  ended_at: z.string().nullable(),
});
export type Run = z.infer<typeof runSchema>;

const columns =
  "id, org_id, workflow_id, workflow_name, version, status, cost_usd, model_label, created_at, started_at, ended_at";
export const runPageSize = 50;

export interface RunFilter {
  status: RunStatus[];
  workflowId: string | null;
}

/** Where a page of runs ends: the next one begins below it. */
export interface RunCursor {
  createdAt: string;
  id: string;
}

/** Runs of the organisation, newest first, at most a page; `before` goes on below a run that was seen. */
export async function listRuns(
  client: SupabaseClient,
  organizationId: string,
  filter: RunFilter,
  options: { before?: RunCursor | null; limit?: number } = {},
): Promise<Run[]> {
  const { before = null, limit = runPageSize } = options;
  let asked = client.from("runs").select(columns).eq("org_id", organizationId);
  if (filter.status.length > 0) asked = asked.in("status", filter.status);
  if (filter.workflowId !== null && isUuid(filter.workflowId)) asked = asked.eq("workflow_id", filter.workflowId);
  // By time alone: two runs of one microsecond at the edge of a page would be the only ones it could miss.
  if (before !== null) asked = asked.lt("created_at", before.createdAt);
  const answer = await asked.order("created_at", { ascending: false }).order("id", { ascending: false }).limit(limit);
  return parseRows("the runs", runSchema, answer);
}

/** One run, or null where there is none for this user. */
export async function loadRun(client: SupabaseClient, id: string): Promise<Run | null> {
  if (!isUuid(id)) return null;
  return parseRow("the run", runSchema, await client.from("runs").select(columns).eq("id", id).maybeSingle());
}

/** The latest run of each of these workflows, as far as the last 500 runs tell. */
export async function latestRuns(client: SupabaseClient, workflowIds: readonly string[]): Promise<Map<string, Run>> {
  const latest = new Map<string, Run>();
  if (workflowIds.length === 0) return latest;
  const answer = await client
    .from("runs")
    .select(columns)
    .in("workflow_id", [...workflowIds])
    .order("created_at", { ascending: false })
    .limit(500);
  for (const run of parseRows("the runs", runSchema, answer)) {
    if (!latest.has(run.workflow_id)) latest.set(run.workflow_id, run);
  }
  return latest;
}
