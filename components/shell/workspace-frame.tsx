"use client";

import { Menu } from "lucide-react";
import Link from "next/link";
import { useState, type ReactNode } from "react";
import { CommandsProvider } from "../commands/commands-provider.tsx";
import { WorkspaceCommands } from "../commands/workspace-commands.tsx";
import { countPendingApprovals } from "../records/approval.ts";
import { useSupabase } from "../supabase-context.tsx";
import { Drawer } from "../ui/dialog.tsx";
import { IconButton } from "../ui/icon-button.tsx";
import { useLiveQuery } from "./live-query.ts";
import { Logo } from "./logo.tsx";
import { OrganizationChannel } from "./organization-channel.tsx";
import { Sidebar } from "./sidebar.tsx";
import { useWorkspace, WorkspaceProvider, type WorkspaceValue } from "./workspace-context.tsx";

interface WorkspaceFrameProps {
  value: WorkspaceValue;
  pending: number | null;
  children: ReactNode;
}

/** What every page of the workspace stands in: places at the left, on narrow screens behind a button. */
export function WorkspaceFrame({ value, pending, children }: WorkspaceFrameProps) {
  return (
    <WorkspaceProvider value={value}>
      <OrganizationChannel>
        <CommandsProvider>
          <WorkspaceCommands />
          <Frame pending={pending}>{children}</Frame>
        </CommandsProvider>
      </OrganizationChannel>
    </WorkspaceProvider>
  );
}

function Frame({ pending, children }: { pending: number | null; children: ReactNode }) {
  const supabase = useSupabase();
  const { organization } = useWorkspace();
  const [drawer, setDrawer] = useState(false);
  const count = useLiveQuery(organization.id, pending, async () =>
    countPendingApprovals(await supabase(), organization.id),
  ).value;
  return (
    <div className="flex h-dvh flex-col md:flex-row">
      <a
        href="#content"
        className="sr-only z-50 rounded-md bg-accent px-3 py-1.5 text-accent-ink focus:not-sr-only focus:absolute focus:top-2 focus:left-2"
      >
        Skip to the content
      </a>
      <aside className="hidden w-56 shrink-0 flex-col border-r bg-ground md:flex">
        <Sidebar pending={count} />
      </aside>
      <header className="flex h-12 shrink-0 items-center gap-2 border-b px-2 md:hidden">
        <IconButton
          size="medium"
          label="Open the navigation"
          icon={<Menu aria-hidden />}
          onClick={() => setDrawer(true)}
        />
        <Link href="/home" aria-label="Baton, home">
          <Logo />
        </Link>
        <span className="truncate text-sm font-semibold">{organization.name}</span>
      </header>
      <Drawer open={drawer} onOpenChange={setDrawer} title="Navigation">
        <Sidebar pending={count} onNavigate={() => setDrawer(false)} />
      </Drawer>
      <main
        id="content"
        tabIndex={-1}
        className="flex min-h-0 min-w-0 flex-1 flex-col overflow-y-auto bg-surface outline-none"
      >
        {children}
      </main>
    </div>
  );
}
