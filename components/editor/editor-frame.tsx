"use client";

import type { ReactNode } from "react";
import { CommandsProvider } from "../commands/commands-provider.tsx";
import { WorkspaceCommands } from "../commands/workspace-commands.tsx";
import { WorkspaceProvider, type WorkspaceValue } from "../shell/workspace-context.tsx";

/** The window of the editor. */
export function EditorFrame({ value, children }: { value: WorkspaceValue; children: ReactNode }) {
  return (
    <WorkspaceProvider value={value}>
      <CommandsProvider>
        <WorkspaceCommands />
        <div className="flex h-dvh min-w-0 flex-col overflow-hidden bg-ground">{children}</div>
      </CommandsProvider>
    </WorkspaceProvider>
  );
}
