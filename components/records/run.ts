import type { SupabaseClient } from "@supabase/supabase-js";
import { z } from "zod";
import { runStatusSchema, type RunStatus } from "../../engine/run/status.ts";
import { isUuid, parseRow, parseRows, shownSchema } from "./rows.ts";

const runSchema = z.object({
  id: z.uuid(),
  org_id: z.uuid(),
  workflow_id: z.uuid(),
  workflow_name: shownSchema,
  version: z.number(),
  status: runStatusSchema,
  cost_usd: z.coerce.number(),
  model_label: z.string().nullable(),
  created_by: z.uuid().nullable(),
  created_at: z.string(),
  started_at: z.string().nullable(),
  ended_at: z.string().nullable(),
  /** Whether it waits for a person; else for a time or an event. */
  asks: z.boolean().default(false),
});
export type Run = z.infer<typeof runSchema>;
const askingSchema = z.object({ run_id: z.uuid() });

const columns =
  "id, org_id, workflow_id, workflow_name, version, status, cost_usd, model_label, created_by, created_at, started_at, ended_at";
export const runPageSize = 50;

export interface RunFilter {
  status: readonly RunStatus[];
  workflowId: string | null;
  /** Who started it: a member's id, or "none" for what no person started. */
  startedBy?: string | null;
  /** Only runs started at this moment (ISO 8601) or later. */
  since?: string | null;
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
  const { status, workflowId, startedBy = null, since = null } = filter;
  let asked = client.from("runs").select(columns).eq("org_id", organizationId);
  if (status.length > 0) asked = asked.in("status", status);
  if (workflowId !== null && isUuid(workflowId)) asked = asked.eq("workflow_id", workflowId);
  if (startedBy === "none") asked = asked.is("created_by", null);
  else if (startedBy !== null && isUuid(startedBy)) asked = asked.eq("created_by", startedBy);
  if (since !== null) asked = asked.gte("created_at", since);
  if (before !== null) {
    const { createdAt, id } = before;
    asked = asked.or(`created_at.lt."${createdAt}",and(created_at.eq."${createdAt}",id.lt.${id})`);
  }
  const answer = await asked.order("created_at", { ascending: false }).order("id", { ascending: false }).limit(limit);
  return withAsking(client, parseRows("the runs", runSchema, answer));
}

/** Their ids stand in the address, which has a longest length. */
const askedAtOnce = 100;

/** Says of runs that wait whether it is for a person: the row of a run knows only that it waits. */
async function withAsking(client: SupabaseClient, runs: Run[]): Promise<Run[]> {
  const waiting = runs.filter(({ status }) => status === "waiting").map(({ id }) => id);
  if (waiting.length === 0) return runs;
  const answers = await Promise.all(
    Array.from({ length: Math.ceil(waiting.length / askedAtOnce) }, (_, page) => {
      const some = waiting.slice(page * askedAtOnce, (page + 1) * askedAtOnce);
      return client.from("approvals").select("run_id").eq("status", "pending").in("run_id", some);
    }),
  );
  const asking = new Set(
    answers.flatMap((answer) => parseRows("the approvals", askingSchema, answer)).map((row) => row.run_id),
  );
  return runs.map((run) => (asking.has(run.id) ? { ...run, asks: true } : run));
}

/** One run, or null where there is none for this user. */
export async function loadRun(client: SupabaseClient, id: string): Promise<Run | null> {
  if (!isUuid(id)) return null;
  return parseRow("the run", runSchema, await client.from("runs").select(columns).eq("id", id).maybeSingle());
}

/** The latest run of each of these workflows. */
export async function latestRuns(client: SupabaseClient, workflowIds: readonly string[]): Promise<Map<string, Run>> {
  if (workflowIds.length === 0) return new Map();
  const answer = await client.rpc("latest_runs", { workflows: workflowIds });
  const runs = await withAsking(client, parseRows("the runs", runSchema, answer));
  return new Map(runs.map((run) => [run.workflow_id, run]));
}
