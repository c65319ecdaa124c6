"use client";

import { useState } from "react";
import type { Trigger } from "../../contracts/api/trigger.ts";
import { anyAnswer } from "../api-client.ts";
import { useApi } from "../shell/workspace-context.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { toast } from "../ui/toast.tsx";
import { changedConfig, draftOf } from "./trigger-draft.ts";
import { TriggerForm } from "./trigger-form.tsx";
import { kinds } from "./trigger-words.ts";

interface EditTriggerDialogProps {
  trigger: Trigger;
  open: boolean;
  onOpenChange(open: boolean): void;
  onChanged(): void;
}

/** Changes what a trigger is called and how it works. Its kind, address and secret stay. */
export function EditTriggerDialog({ trigger, open, onOpenChange, onChanged }: EditTriggerDialogProps) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Edit ${kinds[trigger.kind].name.toLowerCase()}`}
      description="It holds from the next start on. Runs that it started go on as they are."
    >
      {open && <EditTrigger trigger={trigger} onChanged={onChanged} onClose={() => onOpenChange(false)} />}
    </Dialog>
  );
}

type EditTriggerProps = Pick<EditTriggerDialogProps, "trigger" | "onChanged"> & { onClose(): void };

function EditTrigger({ trigger, onChanged, onClose }: EditTriggerProps) {
  const api = useApi();
  // As it was when the form was opened: a delivery that comes meanwhile must not change what is typed.
  const [initial] = useState(() => ({ name: trigger.name, draft: draftOf(trigger) }));
  return (
    <TriggerForm
      kind={trigger.kind}
      initial={initial}
      refused="The trigger was not changed"
      submit="Save"
      configOf={(draft) => changedConfig(trigger, draft)}
      onClose={onClose}
      onSubmit={async ({ name, config, draft }) => {
        const enabled = trigger.kind === "form" ? { enabled: draft.open } : {};
        await api.call("PATCH", `/triggers/${trigger.id}`, anyAnswer, { name, config, ...enabled });
        toast({ tone: "success", title: `“${name}” is saved` });
        onChanged();
        onClose();
      }}
    />
  );
}
