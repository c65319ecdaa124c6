import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import type { SupabaseClient } from "@supabase/supabase-js";
import { createRequestSession, supabaseSettings } from "../adapters/supabase/session.ts";
import { listOrganizations, type Organization } from "../components/records/organization.ts";

export interface SignedIn {
  client: SupabaseClient;
  user: { id: string; email: string; name: string };
}

/** The user of this request as Supabase Auth vouches for them now, or null. Asked once a request. */
export const currentUser = cache(async (): Promise<SignedIn | null> => {
  const [jar, asked] = await Promise.all([cookies(), headers()]);
  const secure = (asked.get("x-forwarded-proto") ?? "http").startsWith("https");
  const client = createRequestSession(supabaseSettings(process.env), { getAll: () => jar.getAll() }, secure);
  const { data } = await client.auth.getUser();
  if (data.user === null) return null;
  const email = data.user.email ?? "";
  const given: unknown = data.user.user_metadata["name"];
  return { client, user: { id: data.user.id, email, name: typeof given === "string" && given !== "" ? given : email } };
});

/** The user, or away to the sign-in page and back here afterwards. */
export async function requireUser(): Promise<SignedIn> {
  const signedIn = await currentUser();
  if (signedIn !== null) return signedIn;
  const path = (await headers()).get("x-baton-path") ?? "/home";
  redirect(`/sign-in?next=${encodeURIComponent(path)}`);
}

export interface Workspace extends SignedIn {
  organizations: Organization[];
  organization: Organization;
}

/** The organisation that the user works in: the one they chose last, else their first. Without any, they name one. */
export const requireWorkspace = cache(async (): Promise<Workspace> => {
  const signedIn = await requireUser();
  const organizations = await listOrganizations(signedIn.client, signedIn.user.id);
  const chosen = (await cookies()).get("baton-organization")?.value;
  const organization = organizations.find(({ id }) => id === chosen) ?? organizations[0];
  if (organization === undefined) redirect("/welcome");
  return { ...signedIn, organizations, organization };
});
