import type { SupabaseClient } from "@supabase/supabase-js";
import { z } from "zod";
import { isUuid, parseRow } from "../records/rows.ts";

const draftSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  draft: z.unknown(),
  revision: z.number(),
  latest_version: z.number().nullable(),
  published_version: z.number().nullable(),
});
export type DraftRecord = z.infer<typeof draftSchema>;

/** A workflow with its draft, read as the user; null where there is none for them. */
export async function loadDraft(client: SupabaseClient, id: string): Promise<DraftRecord | null> {
  if (!isUuid(id)) return null;
  const answer = await client
    .from("workflows")
    .select("id, name, draft, revision, latest_version, published_version")
    .eq("id", id)
    .is("deleted_at", null)
    .maybeSingle();
  return parseRow("the workflow", draftSchema, answer);
}
