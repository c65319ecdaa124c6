"use client";

import type { SupabaseClient } from "@supabase/supabase-js";
import { createContext, useContext, useState, type ReactNode } from "react";
import { createBrowserSession, type SupabaseSettings } from "../adapters/supabase/browser.ts";

const Context = createContext<SupabaseClient | null>(null);

/** Makes the browser's client from the settings that the server read when the page was asked for. */
export function SupabaseProvider({ settings, children }: { settings: SupabaseSettings; children: ReactNode }) {
  // Rendered on the server it is a client without a session that nobody calls: effects and handlers run in the browser alone.
  const [client] = useState(() =>
    createBrowserSession(settings, typeof location !== "undefined" && location.protocol === "https:"),
  );
  return <Context value={client}>{children}</Context>;
}

/** The page's one Supabase client, with the user's session. For effects and event handlers: it means nothing on the server. */
export function useSupabase(): SupabaseClient {
  const client = useContext(Context);
  if (client === null) throw new Error("useSupabase needs a SupabaseProvider above it.");
  return client;
}
