"use client";

import { useState } from "react";
import { madeTriggerSchema, triggerKinds, type MadeTrigger, type TriggerKind } from "../../contracts/api/trigger.ts";
import { useApi } from "../shell/workspace-context.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { SegmentedControl } from "../ui/segmented-control.tsx";
import { MadeSecrets } from "./made-secrets.tsx";
import { beginning, configOf } from "./trigger-draft.ts";
import { TriggerForm } from "./trigger-form.tsx";
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
  const [initial] = useState(() => ({ name: "", draft: beginning() }));
  const [made, setMade] = useState<MadeTrigger | null>(null);

  if (made !== null) return <MadeSecrets made={made} onClose={onClose} />;
  return (
    <TriggerForm
      kind={kind}
      initial={initial}
      refused="No trigger was made"
      submit="Make the trigger"
      configOf={(draft) => configOf(kind, draft)}
      onClose={onClose}
      onSubmit={async ({ name, config, draft }) => {
        const signed = kind === "webhook" && draft.signature !== "none";
        const secret = signed ? draft.secret?.trim() || undefined : undefined;
        const body = { kind, name, config, enabled: kind !== "form" || draft.open, secret };
        const answer = await api.call("POST", `/workflows/${workflowId}/triggers`, madeTriggerSchema, body);
        onMade();
        if (answer.url === null && answer.secret === null) onClose();
        else setMade(answer);
      }}
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
    </TriggerForm>
  );
}
