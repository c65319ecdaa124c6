"use client";

import Link from "next/link";
import type { AgentCheck } from "../../contracts/api/agent.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";

interface BreaksDialogProps {
  /** Null while there is nothing to tell. */
  check: AgentCheck | null;
  busy: boolean;
  onClose(): void;
  onAccept(): void;
}

/** Which workflows a new contract breaks, before it is saved. */
export function BreaksDialog({ check, busy, onClose, onAccept }: BreaksDialogProps) {
  return (
    <Dialog
      open={check !== null}
      onOpenChange={(open) => !open && onClose()}
      title="This contract breaks workflows"
      description="They follow the newest version and meet it with their next run. Runs under way keep theirs."
      footer={
        <>
          <Button size="medium" onClick={onClose}>
            Keep the old contract
          </Button>
          <Button size="medium" tone="danger" busy={busy} onClick={onAccept}>
            Save all the same
          </Button>
        </>
      }
    >
      {check !== null && (
        <div className="grid gap-4 text-sm">
          <section className="grid gap-1.5">
            <h3 className="text-xs font-medium text-subtle">What changes</h3>
            <ul className="grid gap-1">
              {check.changes.map(({ side, path, message }) => (
                <li key={`${side} ${path} ${message}`}>
                  {side === "input" ? "What it must be given" : "What it answers with"}:{" "}
                  <code className="font-mono text-xs">{path}</code> {message}
                </li>
              ))}
            </ul>
          </section>
          <section className="grid gap-1.5">
            <h3 className="text-xs font-medium text-subtle">Steps that rely on it</h3>
            <ul className="grid gap-1">
              {check.breaks.map((use) => (
                <li key={`${use.workflowId} ${use.where} ${use.node}`} className="flex flex-wrap gap-x-2">
                  <Link href={`/workflows/${use.workflowId}/edit`} className="font-medium hover:underline">
                    {use.workflowName}
                  </Link>
                  <span className="text-muted">
                    {use.nodeName}, {use.where === "draft" ? "in the draft" : "published"}
                  </span>
                </li>
              ))}
            </ul>
          </section>
        </div>
      )}
    </Dialog>
  );
}
