import { createBrowserClient } from "@supabase/ssr";
import type { SupabaseClient } from "@supabase/supabase-js";

/** Where Supabase is, as the browser may know it: the publishable key opens nothing that row-level security does not. */
export interface SupabaseSettings {
  url: string;
  publishableKey: string;
}

/**
 * Cookies belong to a host and not to a port, so two stacks side by side on one machine must not share a name; and the name
 * cannot come from the address of the page, since server and browser have to agree on it.
 */
export function sessionCookieName(settings: SupabaseSettings): string {
  return `baton-session-${new URL(settings.url).host.replaceAll(/[^a-z0-9]+/gi, "-").toLowerCase()}`;
}

/** The browser's client; its session lives in cookies, where the server reads it. One a page, made at first use. */
export function createBrowserSession(settings: SupabaseSettings, secure: boolean): SupabaseClient {
  return createBrowserClient(settings.url, settings.publishableKey, {
    cookieOptions: { name: sessionCookieName(settings), sameSite: "lax", secure, path: "/" },
    // A page that was in the background comes back through a reconnect, and the journal fills what it missed.
    realtime: { heartbeatIntervalMs: 15_000 },
  });
}
