"use client";

import { useState, type ReactNode } from "react";
import type { TriggerKind } from "../../contracts/api/trigger.ts";
import { ApiError, errorWords } from "../api-client.ts";
import { Button } from "../ui/button.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";
import { KindFields } from "./kind-fields.tsx";
import type { Draft } from "./trigger-draft.ts";

interface TriggerFormProps {
  kind: TriggerKind;
  initial: { name: string; draft: Draft };
  /** What is said when it does not work out. */
  refused: string;
  submit: string;
  /** Above the fields. */
  children?: ReactNode;
  configOf(draft: Draft): { config: object; fault: string | null };
  /** Sends it; what it throws is shown above the fields, and everything typed stays. */
  onSubmit(given: { name: string; config: object; draft: Draft }): Promise<void>;
  onClose(): void;
}

/** Name and settings of a trigger, to make one or to change one. */
export function TriggerForm(props: TriggerFormProps) {
  const { kind, initial, refused, submit, children, configOf, onSubmit, onClose } = props;
  const [name, setName] = useState(initial.name);
  const [draft, setDraft] = useState(initial.draft);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<{
    description: string;
    faults: readonly { path: string; message: string }[];
  } | null>(null);

  async function send() {
    setTried(true);
    if (name.trim() === "") return;
    const { config, fault } = configOf(draft);
    if (fault !== null) {
      setFailure({ description: fault, faults: [] });
      return;
    }
    setBusy(true);
    setFailure(null);
    try {
      await onSubmit({ name: name.trim(), config, draft });
    } catch (thrown) {
      setFailure({ description: errorWords(thrown), faults: thrown instanceof ApiError ? thrown.faults : [] });
    }
    setBusy(false);
  }

  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
      className="grid gap-4"
    >
      {children}
      {failure !== null && <ErrorState title={refused} {...failure} />}
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
          {submit}
        </Button>
      </div>
    </form>
  );
}
