import type { SupabaseClient } from "@supabase/supabase-js";

/** How many approvals of the organisation wait for a decision; null when it cannot be told now. */
export async function countPendingApprovals(client: SupabaseClient, organizationId: string): Promise<number | null> {
  const answer = await client
    .from("approvals")
    .select("id", { count: "exact", head: true })
    .eq("org_id", organizationId)
    .eq("status", "pending");
  return answer.error === null ? answer.count : null;
}
