"use client";

import { useState } from "react";
import { madeTriggerSchema, type MadeTrigger, type Trigger } from "../../contracts/api/trigger.ts";
import { anyAnswer, errorWords } from "../api-client.ts";
import { useApi } from "../shell/workspace-context.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { toast } from "../ui/toast.tsx";
import { MadeSecrets } from "./made-secrets.tsx";
import { SecretField, secretFault } from "./secret-field.tsx";

/** What is asked before it is done to a trigger. */
export type Asked = "secret" | "address" | "delete";

const questions: Record<Asked, { title: string; description: string; confirm: string }> = {
  secret: {
    title: "Set or rotate the secret",
    description: "What requests are signed with. The one before, if there is one, stays good for another hour.",
    confirm: "Set the secret",
  },
  address: {
    title: "Make a new address?",
    description: "The one before ends at once: whoever still uses it is refused.",
    confirm: "Make a new address",
  },
  delete: {
    title: "Delete this trigger?",
    description: "It starts nothing any more, and its deliveries are forgotten. Runs that it started stay.",
    confirm: "Delete the trigger",
  },
};

interface AskedDialogProps {
  trigger: Trigger;
  asked: Asked | null;
  onClose(): void;
  onChanged(): void;
}

/** Asks whether, does it, and shows once what was made. */
export function AskedDialog({ trigger, asked, onClose, onChanged }: AskedDialogProps) {
  const api = useApi();
  const [busy, setBusy] = useState(false);
  const [made, setMade] = useState<MadeTrigger | null>(null);
  const [secret, setSecret] = useState("");
  const fault = asked === "secret" ? secretFault(secret) : null;
  const question = asked === null ? null : questions[asked];

  function close() {
    setMade(null);
    setSecret("");
    onClose();
  }

  async function act() {
    setBusy(true);
    try {
      if (asked === "delete") {
        await api.call("DELETE", `/triggers/${trigger.id}`, anyAnswer);
        close();
      } else {
        const given = asked === "secret" ? secret.trim() || undefined : undefined;
        const body = { what: asked, secret: given };
        setMade(await api.call("POST", `/triggers/${trigger.id}/rotate`, madeTriggerSchema, body));
      }
      onChanged();
    } catch (thrown) {
      toast({ tone: "failure", title: "It was not done", description: errorWords(thrown) });
    }
    setBusy(false);
  }

  return (
    <Dialog
      open={question !== null}
      onOpenChange={(open) => {
        if (!open) close();
      }}
      title={made === null ? (question?.title ?? "") : "Copy it now"}
      width="narrow"
    >
      {made !== null ? (
        <MadeSecrets made={made} onClose={close} />
      ) : (
        <form
          noValidate
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            if (fault === null) void act();
          }}
        >
          <p className="text-sm text-muted">{question?.description}</p>
          {asked === "secret" && (
            <SecretField
              value={secret}
              onChange={setSecret}
              hint="The one the sender gave you. Empty: Baton makes one for you to give to the sender."
            />
          )}
          <div className="flex justify-end gap-2">
            <Button size="medium" onClick={close}>
              Cancel
            </Button>
            <Button size="medium" type="submit" tone={asked === "delete" ? "danger" : "primary"} busy={busy}>
              {question?.confirm}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
