"use client";

import { Play } from "lucide-react";
import { useState } from "react";
import { may } from "../records/organization.ts";
import { useWorkspace } from "../shell/workspace-context.tsx";
import { Button } from "../ui/button.tsx";
import { RunDialog } from "./run-dialog.tsx";

interface RunButtonProps {
  workflow: { id: string; name: string; version: number | null };
  tone?: "primary" | "neutral";
}

/** Opens the form of a workflow's input. Absent for those who may not start runs. */
export function RunButton({ workflow, tone = "neutral" }: RunButtonProps) {
  const { organization } = useWorkspace();
  const [open, setOpen] = useState(false);
  const { version } = workflow;
  if (!may(organization.role, "operate")) return null;
  if (version === null) {
    return (
      <Button disabled title="Publish a version first: runs start on versions, not on drafts">
        <Play aria-hidden /> Run
      </Button>
    );
  }
  return (
    <>
      <Button tone={tone} onClick={() => setOpen(true)} aria-label={`Run ${workflow.name}`}>
        <Play aria-hidden /> Run
      </Button>
      <RunDialog workflow={{ id: workflow.id, name: workflow.name, version }} open={open} onOpenChange={setOpen} />
    </>
  );
}
