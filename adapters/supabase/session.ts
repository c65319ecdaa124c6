import { createServerClient, type SetAllCookies } from "@supabase/ssr";
import type { SupabaseClient } from "@supabase/supabase-js";
import { z } from "zod";
import { sessionCookieName, type SupabaseSettings } from "./browser.ts";

const settingsSchema = z.object({ SUPABASE_URL: z.url(), SUPABASE_PUBLISHABLE_KEY: z.string().min(1) });

/**
 * Supabase's address and publishable key, read when a request comes and never while building: one build serves any environment.
 * @throws Error that names the variable which is missing or wrong.
 */
export function supabaseSettings(source: Readonly<Record<string, string | undefined>>): SupabaseSettings {
  const parsed = settingsSchema.safeParse(source);
  if (!parsed.success) {
    const names = parsed.error.issues.map((issue) => issue.path.join(".")).join(", ");
    throw new Error(`The web app cannot reach Supabase: set ${names} for the web process and start it again.`);
  }
  return { url: parsed.data.SUPABASE_URL, publishableKey: parsed.data.SUPABASE_PUBLISHABLE_KEY };
}

/** The cookies of one request. Without `setAll` (while a page renders) a renewed session is kept by the proxy only. */
export interface CookieJar {
  getAll(): { name: string; value: string }[];
  setAll?: SetAllCookies;
}

/** A client that acts as the user whose session the cookies hold, under row-level security. One a request, never shared. */
export function createRequestSession(settings: SupabaseSettings, jar: CookieJar, secure: boolean): SupabaseClient {
  return createServerClient(settings.url, settings.publishableKey, {
    cookieOptions: { name: sessionCookieName(settings), sameSite: "lax", secure, path: "/" },
    cookies: { getAll: jar.getAll, setAll: jar.setAll ?? (() => undefined) },
  });
}
