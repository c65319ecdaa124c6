"use client";

import { useState } from "react";
import { savedTemplateSchema } from "../../contracts/api/template.ts";
import { ApiError, errorWords } from "../api-client.ts";
import { useApi } from "../shell/workspace-context.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { Field } from "../ui/field.tsx";
import { Input, Textarea } from "../ui/input.tsx";
import { toast } from "../ui/toast.tsx";

interface SaveTemplateDialogProps {
  workflow: { id: string; name: string; description: string };
  open: boolean;
  onOpenChange(open: boolean): void;
  /** Done before, such as saving what is drawn; what it throws is told, and nothing is kept. */
  before?: () => Promise<void>;
}

/** Keeps a workflow's draft as a template for everybody in the organisation. */
export function SaveTemplateDialog({ workflow, open, onOpenChange, before }: SaveTemplateDialogProps) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Save as a template"
      description="Everybody in your organisation finds it in the gallery. Later changes of this workflow do not change it."
    >
      {open && <SaveForm workflow={workflow} before={before} onDone={() => onOpenChange(false)} />}
    </Dialog>
  );
}

type SaveFormProps = Pick<SaveTemplateDialogProps, "workflow" | "before"> & { onDone(): void };

function SaveForm({ workflow, before, onDone }: SaveFormProps) {
  const api = useApi();
  const [name, setName] = useState(workflow.name);
  const [description, setDescription] = useState(workflow.description.slice(0, 2_000));
  const [category, setCategory] = useState("Our own");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<{
    description: string;
    faults: readonly { path: string; message: string }[];
  } | null>(null);

  async function save() {
    setBusy(true);
    setFailure(null);
    try {
      await before?.();
      const body = { workflowId: workflow.id, name, description, category };
      await api.call("POST", "/templates", savedTemplateSchema, body);
      toast({ tone: "success", title: `“${name.trim()}” is in the gallery` });
      onDone();
    } catch (thrown) {
      setFailure({ description: errorWords(thrown), faults: thrown instanceof ApiError ? thrown.faults : [] });
      setBusy(false);
    }
  }

  return (
    <form
      noValidate
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {failure !== null && <ErrorState title="No template was saved" {...failure} />}
      <Field label="Name" required>
        {(control) => (
          <Input {...control} maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />
        )}
      </Field>
      <Field label="Description" hint="What it is for, for somebody who has not seen it.">
        {(control) => (
          <Textarea
            {...control}
            rows={4}
            maxLength={2_000}
            value={description}
            onChange={(event) => setDescription(event.target.value)}
          />
        )}
      </Field>
      <Field label="Category" required hint="Templates of one category stand together in the gallery.">
        {(control) => (
          <Input {...control} maxLength={60} value={category} onChange={(event) => setCategory(event.target.value)} />
        )}
      </Field>
      <div className="flex justify-end gap-2">
        <Button size="medium" onClick={onDone}>
          Cancel
        </Button>
        <Button
          type="submit"
          size="medium"
          tone="primary"
          busy={busy}
          disabled={name.trim() === "" || category.trim() === ""}
        >
          Save template
        </Button>
      </div>
    </form>
  );
}
