"use client";

import { useState } from "react";
import { useStore } from "zustand";
import { errorWords } from "../../api-client.ts";
import { useApi } from "../../shell/workspace-context.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { ErrorState } from "../../ui/error-state.tsx";
import { toast } from "../../ui/toast.tsx";
import { useEditor, useEditorState } from "../editor-context.tsx";
import { downloadFile } from "../panels/download.ts";
import { keepCopy } from "./keep-copy.ts";
import { TwoVersions } from "./two-versions.tsx";

/** Somebody else saved meanwhile: both versions are kept, and a person says which of them this workflow is. */
export function ConflictDialog() {
  const { autosave, editor } = useEditor();
  const api = useApi();
  const status = useStore(autosave.status);
  const mine = useEditorState((state) => state.file);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  if (status.kind !== "conflict") return null;
  const { theirs } = status;

  async function settle(keep: "theirs" | "mine") {
    setBusy(true);
    setProblem(null);
    try {
      const copied = keep === "theirs" ? mine : theirs.file;
      const id = await keepCopy(api, copied, keep === "theirs" ? "my copy" : "their copy");
      autosave.settle(theirs, keep === "theirs" ? theirs.file : mine);
      if (keep === "theirs") editor.replace(theirs.file, "Take their version");
      toast({
        tone: "success",
        title: "Both versions are kept",
        description: "The other one is a workflow of its own now.",
        action: { label: "Open it", run: () => window.open(`/workflows/${id}/edit`, "_blank") },
      });
    } catch (thrown) {
      setProblem(`${errorWords(thrown)} Nothing was changed; what you drew is kept in this browser.`);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Dialog
      open
      onOpenChange={() => undefined}
      width="wide"
      title="This draft was changed elsewhere"
      description="Somebody saved it, in another window perhaps, after you opened it. Nothing was overwritten."
      footer={
        <>
          <Button size="medium" className="mr-auto" onClick={() => downloadFile(mine, "-mine")}>
            Download mine
          </Button>
          <Button size="medium" busy={busy} onClick={() => void settle("mine")}>
            Go on with mine
          </Button>
          <Button size="medium" tone="primary" busy={busy} onClick={() => void settle("theirs")}>
            Take theirs
          </Button>
        </>
      }
    >
      <div className="grid gap-3 text-sm">
        {problem !== null && <ErrorState title="It could not be settled" description={problem} />}
        <p className="text-muted">
          Whichever you choose, the other is kept as a workflow of its own, so no work is lost.
        </p>
        <TwoVersions mine={mine} theirs={theirs.file} />
      </div>
    </Dialog>
  );
}
