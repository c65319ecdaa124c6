"use client";

import type { ReactNode } from "react";
import { WorkspaceProvider, type WorkspaceValue } from "../shell/workspace-context.tsx";

/** The window of the editor. */
export function EditorFrame({ value, children }: { value: WorkspaceValue; children: ReactNode }) {
  return (
    <WorkspaceProvider value={value}>
      <div className="flex h-dvh min-w-0 flex-col overflow-hidden bg-ground">{children}</div>
    </WorkspaceProvider>
  );
}
