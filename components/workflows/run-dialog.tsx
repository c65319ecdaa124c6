"use client";

import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { startAnswerSchema } from "../../contracts/api/run.ts";
import { isJsonObject } from "../../engine/json.ts";
import { ApiError, errorWords } from "../api-client.ts";
import { loadDefinition } from "../records/workflow.ts";
import { useApi } from "../shell/workspace-context.tsx";
import { useSupabase } from "../supabase-context.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { SkeletonRows } from "../ui/skeleton.tsx";
import { formFields, initialTexts, readForm, type FormField } from "./json-schema.ts";
import { SchemaForm } from "./schema-form.tsx";

interface RunDialogProps {
  workflow: { id: string; name: string; version: number };
  open: boolean;
  onOpenChange(open: boolean): void;
}

/** Asks for a workflow's input, starts a run and goes to it. */
export function RunDialog({ workflow, open, onOpenChange }: RunDialogProps) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Run ${workflow.name}`}
      description={`Version ${workflow.version}. A run stays on the version it started with.`}
    >
      {open && <RunForm workflow={workflow} onCancel={() => onOpenChange(false)} />}
    </Dialog>
  );
}

interface Failure {
  title: string;
  description: string;
  faults: readonly { path: string; message: string }[];
}

function RunForm({ workflow, onCancel }: { workflow: RunDialogProps["workflow"]; onCancel(): void }) {
  const supabase = useSupabase();
  const api = useApi();
  const router = useRouter();
  const [fields, setFields] = useState<FormField[] | null>(null);
  const [texts, setTexts] = useState<Record<string, string>>({});
  const [faults, setFaults] = useState<Record<string, string>>({});
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);

  useEffect(() => {
    let here = true;
    async function load() {
      try {
        const definition = await loadDefinition(await supabase(), workflow.id, workflow.version);
        if (!here) return;
        const drawn = formFields(isJsonObject(definition) ? definition["input"] : null);
        setFields(drawn);
        setTexts(initialTexts(drawn));
      } catch (thrown) {
        if (here) setFailure({ title: "The form could not be made", description: errorWords(thrown), faults: [] });
      }
    }
    void load();
    return () => {
      here = false;
    };
  }, [supabase, workflow.id, workflow.version]);

  async function start() {
    const read = readForm(fields ?? [], texts);
    setFaults(read.ok ? {} : read.faults);
    if (!read.ok) return;
    setBusy(true);
    setFailure(null);
    try {
      const run = await api.call("POST", `/workflows/${workflow.id}/runs`, startAnswerSchema, {
        input: read.input,
        version: workflow.version,
      });
      router.push(`/runs/${run.id}`);
    } catch (thrown) {
      setFailure({
        title: "The run was not started",
        description: errorWords(thrown),
        faults: thrown instanceof ApiError ? thrown.faults : [],
      });
      setBusy(false);
    }
  }

  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
      className="grid gap-4"
    >
      {failure !== null && <ErrorState {...failure} />}
      {fields === null && failure === null && <SkeletonRows rows={2} label="Reading the form" />}
      {fields !== null && fields.length === 0 && <p className="text-sm text-muted">This workflow asks for no input.</p>}
      {fields !== null && (
        <SchemaForm
          fields={fields}
          texts={texts}
          faults={faults}
          onChange={(name, text) => setTexts((old) => ({ ...old, [name]: text }))}
        />
      )}
      <div className="flex justify-end gap-2">
        <Button size="medium" onClick={onCancel}>
          Cancel
        </Button>
        <Button type="submit" tone="primary" size="medium" busy={busy} disabled={fields === null}>
          Start the run
        </Button>
      </div>
    </form>
  );
}
