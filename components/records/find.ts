import type { SupabaseClient } from "@supabase/supabase-js";
import { z } from "zod";
import { parseRows, shownSchema } from "./rows.ts";

export interface NamedThing {
  kind: "workflow" | "run" | "approval" | "agent";
  id: string;
  title: string;
  /** What tells it from others of that name. */
  detail: string;
  href: string;
}

const most = 5;
const workflowSchema = z.object({ id: z.uuid(), name: shownSchema });
const runSchema = z.object({ id: z.uuid(), workflow_name: shownSchema, status: z.string(), created_at: z.string() });
const agentSchema = z.object({ id: z.uuid(), name: shownSchema, status: z.string() });
const approvalSchema = z.object({ id: z.uuid(), title: shownSchema, status: z.string() });

/** Workflows, runs, approvals and agents of the organisation whose names hold these words; runs also by the beginning of their id. */
export async function findByName(client: SupabaseClient, organizationId: string, words: string): Promise<NamedThing[]> {
  // In a pattern these three mean something; in a name they are themselves.
  const pattern = `%${words.trim().replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  const [workflows, runs, approvals, agents, byId] = await Promise.all([
    client
      .from("workflows")
      .select("id, name")
      .eq("org_id", organizationId)
      .is("deleted_at", null)
      .ilike("name", pattern)
      .order("updated_at", { ascending: false })
      .limit(most),
    client
      .from("runs")
      .select("id, workflow_name, status, created_at")
      .eq("org_id", organizationId)
      .ilike("workflow_name", pattern)
      .order("created_at", { ascending: false })
      .limit(most),
    client
      .from("approvals")
      .select("id, title, status")
      .eq("org_id", organizationId)
      .ilike("title", pattern)
      .order("created_at", { ascending: false })
      .limit(most),
    client
      .from("agents")
      .select("id, name, status")
      .eq("org_id", organizationId)
      .ilike("name", pattern)
      .order("updated_at", { ascending: false })
      .limit(most),
    runByBeginning(client, organizationId, words.trim()),
  ]);
  return [
    ...parseRows("the workflows", workflowSchema, workflows).map(({ id, name }): NamedThing => ({
      kind: "workflow",
      id,
      title: name,
      detail: "",
      href: `/workflows/${id}`,
    })),
    ...parseRows("the approvals", approvalSchema, approvals).map(({ id, title, status }): NamedThing => ({
      kind: "approval",
      id,
      title,
      detail: status === "pending" ? "waiting" : status,
      href: `/approvals/${id}`,
    })),
    ...parseRows("the agents", agentSchema, agents).map(({ id, name, status }): NamedThing => ({
      kind: "agent",
      id,
      title: name,
      detail: status === "active" ? "" : status,
      href: `/agents/${id}`,
    })),
    ...[...byId, ...parseRows("the runs", runSchema, runs)].map((run): NamedThing => ({
      kind: "run",
      id: run.id,
      title: `${run.workflow_name}, ${run.id.slice(0, 8)}`,
      detail: run.status,
      href: `/runs/${run.id}`,
    })),
  ];
}

/** A run whose id begins with these digits, as lists show it: between the least and the greatest id that do. */
async function runByBeginning(
  client: SupabaseClient,
  organizationId: string,
  beginning: string,
): Promise<z.infer<typeof runSchema>[]> {
  if (!/^[0-9a-f]{6,8}$/.test(beginning)) return [];
  const answer = await client
    .from("runs")
    .select("id, workflow_name, status, created_at")
    .eq("org_id", organizationId)
    .gte("id", `${beginning.padEnd(8, "0")}-0000-0000-0000-000000000000`)
    .lte("id", `${beginning.padEnd(8, "f")}-ffff-ffff-ffff-ffffffffffff`)
    .limit(1);
  return parseRows("the runs", runSchema, answer);
}
