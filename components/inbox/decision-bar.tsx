"use client";

import { Check, PencilLine, X } from "lucide-react";
import { useImperativeHandle, useRef, useState, type Ref } from "react";
import { ApiError, errorWords } from "../api-client.ts";
import { AlertDialog } from "../ui/alert-dialog.tsx";
import { Button } from "../ui/button.tsx";
import { Checkbox } from "../ui/checkbox.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { Field, type FieldControl } from "../ui/field.tsx";
import { Input, Textarea } from "../ui/input.tsx";
import { Kbd } from "../ui/kbd.tsx";
import { answerOf, optionOf, type Answer, type ApprovalSubject } from "./decision.ts";

export type DecisionBody = Extract<Answer, { ok: true }>["body"];

export interface DecisionHandle {
  decide(kind: "approve" | "reject"): void;
}

interface DecisionBarProps {
  approval: ApprovalSubject;
  /** Sends the decision; rejects with words when it was not taken. */
  onDecide(body: DecisionBody): Promise<void>;
  /** Shows the keys A and R on the buttons. */
  keys?: boolean;
  ref?: Ref<DecisionHandle>;
}

type Option = ApprovalSubject["options"][number];

/** Comment, fields and the options, always in view. A decision counts once: buttons close while it travels. */
export function DecisionBar({ approval, onDecide, keys = false, ref }: DecisionBarProps) {
  const [comment, setComment] = useState("");
  const [fields, setFields] = useState<Record<string, string>>({});
  const [faults, setFaults] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState<string | null>(null);
  const [failure, setFailure] = useState<{
    description: string;
    faults: readonly { path: string; message: string }[];
  } | null>(null);
  /** What waits for a second yes, as it cannot be undone. */
  const [asked, setAsked] = useState<Option | null>(null);
  const form = useRef<HTMLFormElement>(null);

  async function decide(option: Option, sure = false) {
    if (busy !== null) return;
    const answer = answerOf(approval, option, { comment, fields });
    setFaults(answer.ok ? {} : answer.faults);
    if (!answer.ok) {
      form.current?.querySelector<HTMLElement>("input, textarea")?.focus();
      return;
    }
    // Turning something down can be put right by asking again; what goes on from here cannot.
    if (approval.irreversible && !sure && option.kind !== "reject" && option.kind !== "changes") {
      setAsked(option);
      return;
    }
    setBusy(option.id);
    setFailure(null);
    try {
      await onDecide(answer.body);
    } catch (thrown) {
      setFailure({ description: errorWords(thrown), faults: thrown instanceof ApiError ? thrown.faults : [] });
    }
    setBusy(null);
  }
  useImperativeHandle(ref, () => ({
    decide(kind) {
      const option = optionOf(approval, kind);
      if (option !== null) void decide(option);
    },
  }));

  return (
    <form
      ref={form}
      aria-label="Decision"
      onSubmit={(event) => event.preventDefault()}
      className="sticky bottom-0 grid gap-3 border-t bg-surface px-4 py-3 sm:px-6"
    >
      {failure !== null && <ErrorState title="The decision was not taken" {...failure} />}
      <RequiredFields
        specs={approval.requiredFields}
        fields={fields}
        faults={faults}
        onChange={(name, text) => setFields((old) => ({ ...old, [name]: text }))}
      />
      <Field label="Comment" error={faults["comment"]}>
        {({ required: _required, ...control }) => (
          <Textarea
            {...control}
            rows={2}
            maxLength={10_000}
            placeholder="Goes to the run, the audit log and whoever reads this later"
            value={comment}
            onChange={(event) => setComment(event.target.value)}
          />
        )}
      </Field>
      <div className="flex flex-wrap items-center justify-end gap-2">
        {approval.options.map((option) => (
          <OptionButton
            key={option.id}
            option={option}
            leading={leads(approval, option)}
            busy={busy === option.id}
            disabled={busy !== null && busy !== option.id}
            shortcut={keys ? keyOf(approval, option) : null}
            onClick={() => void decide(option)}
          />
        ))}
      </div>
      <AlertDialog
        open={asked !== null}
        onOpenChange={() => setAsked(null)}
        title={`${asked?.label ?? "Decide"}? This cannot be undone`}
        description={`What “${approval.title}” sets off goes on at once and has no way back. Your name and comment are kept with it.`}
        confirm={asked?.label ?? "Decide"}
        cancel="Not yet"
        onConfirm={async () => {
          if (asked !== null) await decide(asked, true);
        }}
      />
    </form>
  );
}

interface RequiredFieldsProps {
  specs: ApprovalSubject["requiredFields"];
  fields: Readonly<Record<string, string>>;
  faults: Readonly<Record<string, string>>;
  onChange(name: string, text: string): void;
}

/** What the author asks to be filled in with the decision. */
function RequiredFields({ specs, fields, faults, onChange }: RequiredFieldsProps) {
  if (specs.length === 0) return null;
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      {specs.map((spec) => (
        <Field
          key={spec.name}
          label={spec.label === "" ? spec.name : spec.label}
          required={spec.required}
          error={faults[spec.name]}
        >
          {(control) => (
            <SpecInput
              spec={spec}
              control={control}
              text={fields[spec.name] ?? ""}
              onChange={(text) => onChange(spec.name, text)}
            />
          )}
        </Field>
      ))}
    </div>
  );
}

interface SpecInputProps {
  spec: ApprovalSubject["requiredFields"][number];
  control: FieldControl;
  text: string;
  onChange(text: string): void;
}

function SpecInput({ spec, control: { required: _required, ...control }, text, onChange }: SpecInputProps) {
  if (spec.type === "boolean") {
    return (
      <Checkbox id={control.id} checked={text === "true"} onCheckedChange={(checked) => onChange(String(checked))} />
    );
  }
  if (spec.type === "text") {
    return <Textarea {...control} rows={2} value={text} onChange={(event) => onChange(event.target.value)} />;
  }
  return (
    <Input
      {...control}
      type={spec.type === "date" ? "date" : "text"}
      inputMode={spec.type === "number" ? "decimal" : "text"}
      value={text}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

/** One button leads: the option chosen beforehand, else the first that approves. */
function leads(approval: ApprovalSubject, option: Option): boolean {
  return option.id === (approval.preselected ?? optionOf(approval, "approve")?.id);
}

function keyOf(approval: ApprovalSubject, option: Option): string | null {
  if (optionOf(approval, "approve")?.id === option.id) return "A";
  return optionOf(approval, "reject")?.id === option.id ? "R" : null;
}

interface OptionButtonProps {
  option: Option;
  leading: boolean;
  busy: boolean;
  disabled: boolean;
  shortcut: string | null;
  onClick(): void;
}

function OptionButton({ option, leading, busy, disabled, shortcut, onClick }: OptionButtonProps) {
  const Icon =
    option.kind === "approve" ? Check : option.kind === "reject" ? X : option.kind === "changes" ? PencilLine : null;
  return (
    <Button
      size="medium"
      tone={leading ? "primary" : "neutral"}
      busy={busy}
      disabled={disabled}
      onClick={onClick}
      data-decision={option.id}
    >
      {Icon !== null && (
        <Icon aria-hidden className={leading ? "" : option.kind === "reject" ? "text-failed" : "text-muted"} />
      )}
      {option.label}
      {shortcut !== null && (
        <span className="max-md:hidden">
          <Kbd>{shortcut}</Kbd>
        </span>
      )}
    </Button>
  );
}
