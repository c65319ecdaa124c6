"use client";

import { useState } from "react";
import { useStore } from "zustand";
import { ApiError, errorWords } from "../../api-client.ts";
import { useApi } from "../../shell/workspace-context.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { ErrorState } from "../../ui/error-state.tsx";
import { Field } from "../../ui/field.tsx";
import { Textarea } from "../../ui/input.tsx";
import { toast } from "../../ui/toast.tsx";
import { useEditor, useEditorState, useView } from "../editor-context.tsx";
import { publishDraft } from "./publish.ts";

interface Failure {
  /** Workflows that call this one would break, which may be what is wanted. */
  breaks: boolean;
  description: string;
  faults: readonly { path: string; message: string }[];
}

/** Makes the draft a version that never changes. */
export function PublishDialog() {
  const parts = useEditor();
  const api = useApi();
  const open = useView((state) => state.dialog === "publish");
  const version = useStore(parts.published, (state) => state.version);
  const errors = useEditorState((state) => state.problems.filter((problem) => problem.severity === "error").length);
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);

  async function publish(acceptBreaking: boolean) {
    setBusy(true);
    setFailure(null);
    try {
      const made = await publishDraft(parts, api, note.trim(), acceptBreaking);
      parts.view.setState({ dialog: null });
      setNote("");
      toast({ tone: "success", title: `Version ${made} is published`, description: "New runs start on it." });
    } catch (thrown) {
      const refused = thrown instanceof ApiError ? thrown : null;
      const breaks = refused?.code === "WORKFLOW_CONTRACT_BREAKS";
      setFailure({ breaks, description: errorWords(thrown), faults: refused?.faults ?? [] });
    } finally {
      setBusy(false);
    }
  }

  return (
    <Dialog
      open={open}
      onOpenChange={() => parts.view.setState({ dialog: null })}
      title={`Publish version ${(version ?? 0) + 1}`}
      description="A version never changes. New runs start on it; those under way stay on theirs."
      footer={
        <>
          <Button size="medium" onClick={() => parts.view.setState({ dialog: null })}>
            Cancel
          </Button>
          <Button size="medium" tone="primary" busy={busy} disabled={errors > 0} onClick={() => void publish(false)}>
            Publish
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        {failure !== null && (
          <ErrorState
            title="It was not published"
            description={failure.description}
            faults={failure.faults}
            actions={
              failure.breaks && (
                <Button busy={busy} onClick={() => void publish(true)}>
                  Publish all the same
                </Button>
              )
            }
          />
        )}
        {errors > 0 && (
          <ErrorState
            title={errors === 1 ? "One problem is in the way" : `${errors} problems are in the way`}
            description="A version can always be run, so a draft with problems cannot become one."
            actions={
              <Button
                onClick={() => {
                  parts.editor.show("problems");
                  parts.view.setState({ dialog: null });
                }}
              >
                Show them
              </Button>
            }
          />
        )}
        <Field label="What changed">
          {(control) => (
            <Textarea
              {...control}
              rows={3}
              maxLength={2_000}
              value={note}
              onChange={(event) => setNote(event.target.value)}
            />
          )}
        </Field>
      </div>
    </Dialog>
  );
}
