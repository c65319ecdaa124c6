"use client";

import { createContext, useContext, useMemo, type ReactNode } from "react";
import { createApiClient, type ApiClient } from "../api-client.ts";
import type { Organization } from "../records/organization.ts";
import { useSupabase } from "../supabase-context.tsx";

export interface WorkspaceValue {
  user: { id: string; email: string; name: string };
  organizations: Organization[];
  organization: Organization;
  /** True where mails land in the local mailbox page. */
  mailbox: boolean;
}

const Context = createContext<WorkspaceValue | null>(null);

/** Who is here and in which organisation, as the server found it when the page was asked for. */
export function WorkspaceProvider({ value, children }: { value: WorkspaceValue; children: ReactNode }) {
  return <Context value={value}>{children}</Context>;
}

/** The signed-in user, their organisations and the one they work in. */
export function useWorkspace(): WorkspaceValue {
  const value = useContext(Context);
  if (value === null) throw new Error("useWorkspace needs a WorkspaceProvider above it.");
  return value;
}

/** The product's API as the signed-in user, within the organisation they work in. */
export function useApi(): ApiClient {
  const supabase = useSupabase();
  const { organization } = useWorkspace();
  return useMemo(() => createApiClient(supabase, organization.id), [supabase, organization.id]);
}
