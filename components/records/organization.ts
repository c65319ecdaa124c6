import type { SupabaseClient } from "@supabase/supabase-js";
import { z } from "zod";
import { roleSchema, type Role } from "../../contracts/api/common.ts";
import { parseRows } from "./rows.ts";

const membershipSchema = z.object({
  role: roleSchema,
  organizations: z.object({ id: z.uuid(), name: z.string(), slug: z.string() }),
});

export interface Organization {
  id: string;
  name: string;
  slug: string;
  /** What the asker is in it. */
  role: Role;
}

/** The organisations of the user, by name. */
export async function listOrganizations(client: SupabaseClient, userId: string): Promise<Organization[]> {
  const answer = await client
    .from("memberships")
    .select("role, organizations(id, name, slug)")
    .eq("user_id", userId)
    .limit(200);
  return parseRows("your organisations", membershipSchema, answer)
    .map((row) => ({ ...row.organizations, role: row.role }))
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

const memberSchema = z.object({
  user_id: z.uuid(),
  role: roleSchema,
  created_at: z.string(),
  profiles: z.object({ name: z.string().nullable(), email: z.string().nullable() }).nullable(),
});
export type Member = z.infer<typeof memberSchema>;

/** The members of an organisation, oldest first. */
export async function listMembers(client: SupabaseClient, organizationId: string): Promise<Member[]> {
  const answer = await client
    .from("memberships")
    .select("user_id, role, created_at, profiles(name, email)")
    .eq("org_id", organizationId)
    .order("created_at")
    .limit(500);
  return parseRows("the members", memberSchema, answer);
}

/** Whether a role may do what the control is for. The database and the API decide; this only hides what would be refused. */
export function may(role: Role, act: "build" | "operate" | "decide" | "administer"): boolean {
  switch (act) {
    case "administer":
      return role === "owner" || role === "admin";
    case "build":
      return role === "owner" || role === "admin" || role === "builder";
    case "operate":
      return role === "owner" || role === "admin" || role === "builder" || role === "operator";
    case "decide":
      return role !== "viewer";
  }
}
