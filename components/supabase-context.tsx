"use client";

import type { SupabaseClient } from "@supabase/supabase-js";
import { createContext, useContext, useEffect, useState, type ReactNode } from "react";
import type { SupabaseSettings } from "../adapters/supabase/browser.ts";

/** Gives the page's one Supabase client, with the user's session, as soon as its code is there. */
export type OpenSupabase = () => Promise<SupabaseClient>;

const Context = createContext<OpenSupabase | null>(null);

/** Makes the browser's client from the settings that the server read when the page was asked for. */
export function SupabaseProvider({ settings, children }: { settings: SupabaseSettings; children: ReactNode }) {
  const [open] = useState(() => opener(settings));
  useEffect(() => void open(), [open]);
  return <Context value={open}>{children}</Context>;
}

/** Where code could not be fetched, it is asked for again after this time, and when the network is back. */
const againMs = 2_000;

/** A quarter of a page's code is this client: the page is drawn, and can be used, before it is there. */
function opener(settings: SupabaseSettings): OpenSupabase {
  let opened: Promise<SupabaseClient> | null = null;
  async function load(): Promise<SupabaseClient> {
    try {
      const { createBrowserSession } = await import("../adapters/supabase/browser.ts");
      return createBrowserSession(settings, location.protocol === "https:");
    } catch (problem) {
      // A script that a broken connection kept away; anything else is a fault of ours.
      if (!(problem instanceof Error && problem.name === "ChunkLoadError")) throw problem;
      await new Promise((resolve) => {
        setTimeout(resolve, againMs);
        window.addEventListener("online", resolve, { once: true });
      });
      return load();
    }
  }
  return () => (opened ??= load());
}

/** The page's Supabase client, to be opened. For effects and event handlers: it means nothing on the server. */
export function useSupabase(): OpenSupabase {
  const open = useContext(Context);
  if (open === null) throw new Error("useSupabase needs a SupabaseProvider above it.");
  return open;
}
