"use client";

import { FileUp } from "lucide-react";
import { useRef, useState } from "react";
import { compileFile } from "../../../engine/workflow/compile.ts";
import { fileLimits, type WorkflowFile } from "../../../engine/workflow/file.ts";
import { parseWorkflowFile } from "../../../engine/workflow/parse.ts";
import type { Problem } from "../../../engine/workflow/plan.ts";
import { catalogue } from "../../../nodes/catalog/definitions.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { ErrorState } from "../../ui/error-state.tsx";
import { Field } from "../../ui/field.tsx";
import { Textarea } from "../../ui/input.tsx";
import { toast } from "../../ui/toast.tsx";
import { useEditor, useView } from "../editor-context.tsx";

interface Failure {
  description: string;
  faults: { path: string; message: string }[];
  /** Set for a file that can be drawn but not run: a person may take it to mend it. */
  mendable?: WorkflowFile;
}

/** Takes a workflow file in place of this draft, in one step that can be undone. A file with faults changes nothing. */
export function ImportIntoDraft() {
  const { editor, actions, view } = useEditor();
  const open = useView((state) => state.dialog === "import");
  const picker = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [failure, setFailure] = useState<Failure | null>(null);

  function take(mendable?: WorkflowFile) {
    const read = mendable === undefined ? readFile(text) : { ok: true as const, file: mendable };
    if (!read.ok) return setFailure(read.failure);
    editor.replace(read.file, "Import");
    actions.canvas?.fit();
    view.setState({ dialog: null });
    setText("");
    setFailure(null);
    toast({
      tone: "success",
      title: "Imported",
      description: "The draft was replaced.",
      action: { label: "Undo", run: () => editor.undo() },
    });
  }

  return (
    <Dialog
      open={open}
      onOpenChange={() => view.setState({ dialog: null })}
      title="Import a file into this draft"
      description="It takes the place of what is drawn. Undo brings that back."
      footer={
        <>
          <Button size="medium" className="mr-auto" onClick={() => picker.current?.click()}>
            <FileUp aria-hidden /> Choose a file
          </Button>
          <Button size="medium" onClick={() => view.setState({ dialog: null })}>
            Cancel
          </Button>
          <Button size="medium" tone="primary" disabled={text.trim() === ""} onClick={() => take()}>
            Import
          </Button>
        </>
      }
    >
      <div className="grid gap-3">
        {failure !== null && (
          <ErrorState
            title="Nothing was imported"
            description={failure.description}
            faults={failure.faults}
            actions={
              failure.mendable === undefined ? undefined : (
                <Button onClick={() => take(failure.mendable)}>Import it to mend it here</Button>
              )
            }
          />
        )}
        <input
          ref={picker}
          type="file"
          accept=".json,application/json"
          aria-label="Workflow file"
          className="hidden"
          onChange={async (event) => {
            const chosen = event.target.files?.[0];
            event.target.value = "";
            if (chosen === undefined) return;
            if (chosen.size > fileLimits.bytes)
              setFailure({ description: "It is larger than 1 MB, the limit of a workflow file.", faults: [] });
            else {
              setText(await chosen.text());
              setFailure(null);
            }
          }}
        />
        <Field label="Workflow file" required>
          {(control) => (
            <Textarea
              {...control}
              rows={12}
              spellCheck={false}
              className="font-mono text-xs"
              value={text}
              onChange={(event) => {
                setText(event.target.value);
                setFailure(null);
              }}
            />
          )}
        </Field>
      </div>
    </Dialog>
  );
}

type Read = { ok: true; file: WorkflowFile } | { ok: false; failure: Failure };

function readFile(text: string): Read {
  if (text.length > fileLimits.bytes)
    return { ok: false, failure: { description: "It is larger than 1 MB, the limit of a workflow file.", faults: [] } };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (problem) {
    const words = problem instanceof Error ? problem.message : "it cannot be read";
    return { ok: false, failure: { description: `This is not JSON: ${words}`, faults: [] } };
  }
  const parsed = parseWorkflowFile(value);
  if (!parsed.ok) {
    return {
      ok: false,
      failure: { description: "The file is not a workflow as it stands.", faults: faultsOf(parsed.problems) },
    };
  }
  const errors = compileFile(parsed.file, catalogue).problems.filter(({ severity }) => severity === "error");
  if (errors.length === 0) return parsed;
  const description = "The workflow in it cannot run as it stands.";
  return { ok: false, failure: { description, faults: faultsOf(errors), mendable: parsed.file } };
}

function faultsOf(problems: readonly Problem[]): Failure["faults"] {
  return problems
    .slice(0, 50)
    .map(({ path, message, fix }) => ({ path: path.join("."), message: `${message} ${fix}` }));
}
