import type { SupabaseClient } from "@supabase/supabase-js";
import { listRuns, type Run } from "./run.ts";

export interface HomeRuns {
  working: Run[];
  failed: Run[];
  recent: Run[];
}

/** The runs that home shows: what works or waits, what failed lately, what happened last. */
export async function loadHomeRuns(client: SupabaseClient, organizationId: string): Promise<HomeRuns> {
  const [working, failed, recent] = await Promise.all([
    listRuns(
      client,
      organizationId,
      { status: ["queued", "running", "waiting", "paused"], workflowId: null },
      { limit: 10 },
    ),
    listRuns(client, organizationId, { status: ["failed"], workflowId: null }, { limit: 5 }),
    listRuns(client, organizationId, { status: [], workflowId: null }, { limit: 8 }),
  ]);
  return { working, failed, recent };
}
