"use client";

import { useState } from "react";
import { madeTriggerSchema, triggerKinds, type MadeTrigger, type TriggerKind } from "../../contracts/api/trigger.ts";
import { ApiError, errorWords } from "../api-client.ts";
import { useApi } from "../shell/workspace-context.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";
import { SegmentedControl } from "../ui/segmented-control.tsx";
import { MadeSecrets } from "./made-secrets.tsx";
import { beginning, configOf, KindFields, type Draft } from "./kind-fields.tsx";
import { kinds } from "./trigger-words.ts";

interface NewTriggerDialogProps {
  workflowId: string;
  open: boolean;
  onOpenChange(open: boolean): void;
  onMade(): void;
}

/** Makes a trigger of one of the four kinds; a webhook's address and secret are shown at the end, once. */
export function NewTriggerDialog({ workflowId, open, onOpenChange, onMade }: NewTriggerDialogProps) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="New trigger">
      {open && <NewTrigger workflowId={workflowId} onMade={onMade} onClose={() => onOpenChange(false)} />}
    </Dialog>
  );
}

interface NewTriggerProps {
  workflowId: string;
  onMade(): void;
  onClose(): void;
}

function NewTrigger({ workflowId, onMade, onClose }: NewTriggerProps) {
  const api = useApi();
  const [kind, setKind] = useState<TriggerKind>("webhook");
  const [name, setName] = useState("");
  const [draft, setDraft] = useState<Draft>(beginning);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [made, setMade] = useState<MadeTrigger | null>(null);
  const [failure, setFailure] = useState<{
    description: string;
    faults: readonly { path: string; message: string }[];
  } | null>(null);

  async function make() {
    setTried(true);
    if (name.trim() === "") return;
    const { config, fault } = configOf(kind, draft);
    if (fault !== null) {
      setFailure({ description: fault, faults: [] });
      return;
    }
    setBusy(true);
    setFailure(null);
    try {
      const body = { kind, name: name.trim(), config, enabled: kind !== "form" || draft.open };
      const answer = await api.call("POST", `/workflows/${workflowId}/triggers`, madeTriggerSchema, body);
      onMade();
      if (answer.url === null && answer.secret === null) onClose();
      else setMade(answer);
    } catch (thrown) {
      setFailure({ description: errorWords(thrown), faults: thrown instanceof ApiError ? thrown.faults : [] });
    }
    setBusy(false);
  }

  if (made !== null) return <MadeSecrets made={made} onClose={onClose} />;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void make();
      }}
      className="grid gap-4"
    >
      <div className="grid gap-1.5">
        <SegmentedControl
          label="What sets it off"
          className="justify-self-start"
          options={triggerKinds.map((value) => ({ value, label: kinds[value].name }))}
          value={kind}
          onValueChange={setKind}
        />
        <p className="text-xs text-subtle">{kinds[kind].hint}.</p>
      </div>
      {failure !== null && <ErrorState title="No trigger was made" {...failure} />}
      <Field
        label="Name"
        required
        hint="Such as “orders from the shop”."
        error={tried && name.trim() === "" ? "Say what it is for." : null}
      >
        {(control) => (
          <Input {...control} maxLength={120} value={name} onChange={(event) => setName(event.target.value)} />
        )}
      </Field>
      <KindFields kind={kind} draft={draft} onChange={(change) => setDraft((old) => ({ ...old, ...change }))} />
      <div className="flex justify-end gap-2">
        <Button size="medium" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" size="medium" tone="primary" busy={busy}>
          Make the trigger
        </Button>
      </div>
    </form>
  );
}
