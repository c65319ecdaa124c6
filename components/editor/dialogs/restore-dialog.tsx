"use client";

import { useState } from "react";
import { z } from "zod";
import { errorWords } from "../../api-client.ts";
import { useApi } from "../../shell/workspace-context.tsx";
import { Button } from "../../ui/button.tsx";
import { Checkbox } from "../../ui/checkbox.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { ErrorState } from "../../ui/error-state.tsx";
import { toast } from "../../ui/toast.tsx";
import { useEditor, useView } from "../editor-context.tsx";
import { loadVersion } from "../panels/download.ts";
import { keepCopy } from "./keep-copy.ts";
import { saveFirst } from "./publish.ts";

/** Brings a version back as the draft. What is drawn now is saved first and can be kept as a workflow of its own. */
export function RestoreDialog() {
  const parts = useEditor();
  const api = useApi();
  const open = useView((state) => state.dialog === "restore");
  const version = useView((state) => state.version) ?? 0;
  const [copy, setCopy] = useState(true);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function restore() {
    setBusy(true);
    setProblem(null);
    try {
      await saveFirst(parts);
      const file = await loadVersion(api, parts.workflowId, version);
      if (copy) await keepCopy(api, parts.editor.state.file, `before version ${version} came back`);
      parts.editor.replace(file, `Bring back version ${version}`);
      parts.actions.canvas?.fit();
      parts.view.setState({ dialog: null });
      toast({
        tone: "success",
        title: `The draft is version ${version} again`,
        action: { label: "Undo", run: () => parts.editor.undo() },
      });
    } catch (thrown) {
      setProblem(
        thrown instanceof z.ZodError ? "The version is in a form this page does not know." : errorWords(thrown),
      );
    } finally {
      setBusy(false);
    }
  }

  return (
    <Dialog
      open={open}
      onOpenChange={() => parts.view.setState({ dialog: null })}
      title={`Bring version ${version} back`}
      description="It takes the place of the draft. Versions stay as they are, and runs go on where they started."
      width="narrow"
      footer={
        <>
          <Button size="medium" onClick={() => parts.view.setState({ dialog: null })}>
            Cancel
          </Button>
          <Button size="medium" tone="primary" busy={busy} onClick={() => void restore()}>
            Bring it back
          </Button>
        </>
      }
    >
      <div className="grid gap-3">
        {problem !== null && <ErrorState title="The draft was not changed" description={problem} />}
        <label htmlFor="restore-copy" className="flex items-center gap-2 text-sm">
          <Checkbox id="restore-copy" checked={copy} onCheckedChange={setCopy} />
          Keep the present draft as a workflow of its own
        </label>
      </div>
    </Dialog>
  );
}
