"use client";

import type { RealtimeChannel } from "@supabase/supabase-js";
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { organizationTopic } from "../../contracts/realtime.ts";
import { useSupabase } from "../supabase-context.tsx";
import { useWorkspace } from "./workspace-context.tsx";

export type Connection = "connecting" | "live" | "lost";

interface Hub {
  connection: Connection;
  /** Called whenever something of the organisation may have changed. A hint: what is true is read from the database. */
  subscribe(listener: () => void): () => void;
}

const Context = createContext<Hub | null>(null);

/** Listens on the organisation's private topic, once for the whole page. */
export function OrganizationChannel({ children }: { children: ReactNode }) {
  const supabase = useSupabase();
  const { organization } = useWorkspace();
  const [connection, setConnection] = useState<Connection>("connecting");
  const joined = useRef(false);
  const [listeners] = useState(() => new Set<() => void>());

  useEffect(() => {
    let here = true;
    const tell = () => {
      for (const listener of listeners) listener();
    };
    let leave: (() => void) | null = null;
    let channel: RealtimeChannel | null = null;
    async function listen() {
      const client = await supabase();
      if (!here) return;
      const made = client.channel(organizationTopic(organization.id), { config: { private: true } });
      channel = made;
      leave = () => void client.removeChannel(made);
      made.on("broadcast", { event: "*" }, tell);
      await client.realtime.setAuth();
      if (!here) return;
      made.subscribe((status) => {
        if (!here) return;
        joined.current = status === "SUBSCRIBED";
        setConnection(joined.current ? "live" : "lost");
        // What happened between two connections was told to nobody.
        if (status === "SUBSCRIBED") tell();
      });
    }
    void listen();
    // A tab that slept may have missed more than its socket noticed.
    const wake = () => {
      if (document.visibilityState !== "visible") return;
      // A socket that outlived a short cut tells nothing when the network is back.
      if (channel?.state === "joined") setConnection("live");
      tell();
    };
    document.addEventListener("visibilitychange", wake);
    window.addEventListener("online", wake);
    const lost = () => setConnection("lost");
    window.addEventListener("offline", lost);
    return () => {
      here = false;
      document.removeEventListener("visibilitychange", wake);
      window.removeEventListener("online", wake);
      window.removeEventListener("offline", lost);
      leave?.();
    };
  }, [supabase, organization.id, listeners]);

  // The same function for as long as the page stands: what is under way for a listener must survive a change of the connection.
  const subscribe = useCallback<Hub["subscribe"]>(
    (listener) => {
      listeners.add(listener);
      // A part of the page that comes to life after the channel did was drawn by the server before: what was told between is read.
      if (joined.current) listener();
      return () => void listeners.delete(listener);
    },
    [listeners],
  );
  const hub = useMemo<Hub>(() => ({ connection, subscribe }), [connection, subscribe]);
  return <Context value={hub}>{children}</Context>;
}

/** The organisation's channel. */
export function useOrganizationChannel(): Hub {
  const hub = useContext(Context);
  if (hub === null) throw new Error("useOrganizationChannel needs an OrganizationChannel above it.");
  return hub;
}
