"use client";

import { useState } from "react";
import { useStore } from "zustand";
import { isJsonObject } from "../../../engine/json.ts";
import { ApiError, errorWords } from "../../api-client.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { ErrorState } from "../../ui/error-state.tsx";
import { formFields, initialTexts, readForm } from "../../workflows/json-schema.ts";
import { SchemaForm } from "../../workflows/schema-form.tsx";
import { useEditor, useEditorState, useView } from "../editor-context.tsx";
import { focusFirst } from "../../ui/focus-first.ts";
import { isAhead } from "../run/start-run.ts";
import { useLastRun } from "../run/use-live.ts";

/** Runs what is drawn: Mod+Enter. A draft that is ahead of its version is published first, and the dialog says so. */
export function RunDialog() {
  const { view } = useEditor();
  const open = useView((state) => state.dialog === "run");
  const name = useEditorState((state) => state.file.name);
  return (
    <Dialog open={open} onOpenChange={() => view.setState({ dialog: null })} title={`Run ${name}`}>
      {open && <RunBody />}
    </Dialog>
  );
}

interface Failure {
  description: string;
  faults: readonly { path: string; message: string }[];
}

function RunBody() {
  const parts = useEditor();
  const { runs, published, editor, view } = parts;
  const file = useEditorState((state) => state.file);
  const errors = useEditorState((state) => state.problems.filter((problem) => problem.severity === "error").length);
  const last = useLastRun();
  const version = useStore(published, (state) => state.version);
  const ahead = isAhead(parts);
  const fields = formFields(file.input);
  const [texts, setTexts] = useState(() => ({ ...initialTexts(fields), ...lastTexts(last?.input) }));
  const [faults, setFaults] = useState<Record<string, string>>({});
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);

  async function start() {
    const read = readForm(fields, texts);
    setFaults(read.ok ? {} : read.faults);
    if (!read.ok) return;
    setBusy(true);
    setFailure(null);
    try {
      await runs.start(read.input);
      view.setState({ dialog: null });
    } catch (thrown) {
      setFailure({ description: errorWords(thrown), faults: thrown instanceof ApiError ? thrown.faults : [] });
      setBusy(false);
    }
  }

  if (errors > 0) {
    return (
      <ErrorState
        title={errors === 1 ? "One problem is in the way" : `${errors} problems are in the way`}
        description="A workflow runs once it compiles. Nothing was started."
        actions={
          <Button
            tone="primary"
            onClick={() => {
              editor.show("problems");
              view.setState({ dialog: null });
            }}
          >
            Show the problems
          </Button>
        }
      />
    );
  }
  return (
    <div
      role="presentation"
      ref={focusForm}
      onKeyDown={(event) => {
        // The keys that opened this start the run, so that trying again with the same input is twice the same.
        if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey) || busy) return;
        event.preventDefault();
        event.stopPropagation();
        void start();
      }}
    >
      <form
        noValidate
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        {failure !== null && <ErrorState title="The run was not started" {...failure} />}
        {fields.length === 0 && <p className="text-sm text-muted">This workflow asks for no input.</p>}
        <SchemaForm
          fields={fields}
          texts={texts}
          faults={faults}
          onChange={(name, text) => setTexts((old) => ({ ...old, [name]: text }))}
        />
        <p className="text-xs text-subtle">
          {ahead
            ? version === null
              ? "Runs start on versions. This publishes version 1 and runs it."
              : `The draft is ahead of version ${version}. This publishes it as a new version, on which other new runs start from then on as well.`
            : `Runs version ${version}, which is what is drawn here.`}
        </p>
        <div className="flex justify-end gap-2">
          <Button size="medium" onClick={() => view.setState({ dialog: null })}>
            Cancel
          </Button>
          <Button type="submit" tone="primary" size="medium" busy={busy} disabled={ahead && !parts.mayWrite}>
            {ahead ? "Publish and run" : "Run"}
          </Button>
        </div>
      </form>
    </div>
  );
}

function focusForm(form: HTMLElement | null): void {
  focusFirst(form?.querySelector<HTMLElement>("textarea, input, [role=combobox], [type=submit]") ?? null);
}

/** What the last run was started with, to be tried again: texts as they are, anything else as JSON. */
function lastTexts(input: unknown): Record<string, string> {
  if (!isJsonObject(input)) return {};
  return Object.fromEntries(
    Object.entries(input).flatMap(([name, value]): [string, string][] =>
      typeof value === "string" ? [[name, value]] : [],
    ),
  );
}
