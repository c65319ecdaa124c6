import type { SupabaseClient } from "@supabase/supabase-js";
import { ReadError } from "./rows.ts";
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

/** What a newcomer has done already: the checklist of the first minutes. */
export interface FirstSteps {
  ran: boolean;
  decided: boolean;
  made: boolean;
  invited: boolean;
}

/** Asks for one row of each. @throws ReadError: a list that forgets what somebody did is worse than none */
export async function loadFirstSteps(
  client: SupabaseClient,
  organizationId: string,
  userId: string,
): Promise<FirstSteps> {
  const one = (table: string) =>
    client.from(table).select("org_id", { count: "exact", head: true }).eq("org_id", organizationId).limit(1);
  const [ran, decided, made, members] = await Promise.all([
    one("runs").eq("status", "completed"),
    one("approvals").eq("status", "decided"),
    one("workflows").eq("created_by", userId).gt("revision", 1),
    one("memberships"),
  ]);
  const failed = [ran, decided, made, members].find(({ error }) => error !== null);
  if (failed !== undefined) throw new ReadError("the first steps", failed.error);
  return { ran: some(ran), decided: some(decided), made: some(made), invited: some(members, 2) };
}

function some({ count }: { count: number | null }, least = 1): boolean {
  return (count ?? 0) >= least;
}
