"use client";

import { useState } from "react";
import type { TriggerKind } from "../../contracts/api/trigger.ts";
import { Checkbox } from "../ui/checkbox.tsx";
import { Field } from "../ui/field.tsx";
import { Input, Textarea } from "../ui/input.tsx";
import { Select } from "../ui/select.tsx";
import { SecretField } from "./secret-field.tsx";
import { SchedulePreview } from "./schedule-preview.tsx";
import type { Draft } from "./trigger-draft.ts";
import { cronPresets } from "./trigger-words.ts";

interface KindFieldsProps {
  kind: TriggerKind;
  draft: Draft;
  onChange(change: Partial<Draft>): void;
}

/** The fields of one kind of trigger. */
export function KindFields({ kind, draft, onChange }: KindFieldsProps) {
  switch (kind) {
    case "webhook":
      return (
        <>
          <Field label="Requests are proved by" required hint={signatureHints[draft.signature]}>
            {({ required: _required, ...control }) => (
              <Select
                {...control}
                value={draft.signature}
                onValueChange={(signature) => onChange({ signature })}
                options={[
                  { value: "standard", label: "A signature (Standard Webhooks)" },
                  { value: "stripe", label: "A signature of Stripe" },
                  { value: "github", label: "A signature of GitHub" },
                  { value: "none", label: "Nothing but the address" },
                ]}
              />
            )}
          </Field>
          {draft.secret !== null && draft.signature !== "none" && (
            <SecretField
              value={draft.secret}
              onChange={(secret) => onChange({ secret })}
              hint="Where the sender has one, as Stripe does. Empty: Baton makes one, shown once."
            />
          )}
          <Field label="Answer" required>
            {({ required: _required, ...control }) => (
              <Select
                {...control}
                value={draft.respond}
                onValueChange={(respond) => onChange({ respond })}
                options={[
                  { value: "async", label: "At once, with the run's id" },
                  { value: "sync", label: "With the run's output, once it ended" },
                ]}
              />
            )}
          </Field>
          <MappingField
            draft={draft}
            onChange={onChange}
            hint="Reads body, headers and query. Empty: the body as it is."
          />
        </>
      );
    case "schedule":
      return <ScheduleFields draft={draft} onChange={onChange} />;
    case "event":
      return (
        <>
          <Field label="Event" required hint="Its name on the bus, such as invoice.paid.">
            {(control) => (
              <Input {...control} value={draft.event} onChange={(event) => onChange({ event: event.target.value })} />
            )}
          </Field>
          <Field label="Only where" hint="Such as {{ event.payload.amount > 100 }}.">
            {(control) => (
              <Input
                {...control}
                className="font-mono text-xs"
                value={draft.filter}
                onChange={(event) => onChange({ filter: event.target.value })}
              />
            )}
          </Field>
          <MappingField draft={draft} onChange={onChange} hint="Reads event. Empty: the event's payload as it is." />
          <CheckField
            label="Also for events that were kept from before"
            checked={draft.includeKept}
            onChange={(includeKept) => onChange({ includeKept })}
          />
        </>
      );
    case "form":
      return (
        <>
          <p className="text-sm text-muted">The form asks for the workflow&apos;s input, as it is published.</p>
          <Field label="Shown after sending">
            {(control) => (
              <Textarea
                {...control}
                rows={2}
                value={draft.thanks}
                onChange={(event) => onChange({ thanks: event.target.value })}
              />
            )}
          </Field>
          <CheckField
            label="Open: whoever has the address may send it"
            checked={draft.open}
            onChange={(open) => onChange({ open })}
          />
        </>
      );
  }
}

const signatureHints: Record<string, string> = {
  standard: "Signed with a secret that both sides know. Repeats of an event start no second run.",
  stripe: "Signed with the endpoint's secret, which Stripe shows once the endpoint is made.",
  github: "Signed with the webhook's secret, which you enter at GitHub.",
  none: "Whoever learns the address can start runs. Only for what may be started by anybody.",
};

function ScheduleFields({ draft, onChange }: Omit<KindFieldsProps, "kind">) {
  const [custom, setCustom] = useState(false);
  const preset = custom ? undefined : cronPresets.find(({ cron }) => cron === draft.cron);
  return (
    <>
      <Field label="When" required>
        {({ required: _required, ...control }) => (
          <Select
            {...control}
            value={preset?.cron ?? "custom"}
            onValueChange={(cron) => {
              setCustom(cron === "custom");
              if (cron !== "custom") onChange({ cron });
            }}
            options={[
              ...cronPresets.map(({ cron, label }) => ({ value: cron, label })),
              { value: "custom", label: "Another cron expression" },
            ]}
          />
        )}
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Cron expression" required hint="Minute, hour, day, month, weekday.">
          {(control) => (
            <Input
              {...control}
              className="font-mono text-xs"
              value={draft.cron}
              onChange={(event) => onChange({ cron: event.target.value })}
            />
          )}
        </Field>
        <Field label="Time zone" required hint="Follows its summer time.">
          {(control) => (
            <Input
              {...control}
              value={draft.timeZone}
              onChange={(event) => onChange({ timeZone: event.target.value })}
            />
          )}
        </Field>
      </div>
      <SchedulePreview cron={draft.cron} timeZone={draft.timeZone} />
      <Field label="What was missed while nothing ran" required>
        {({ required: _required, ...control }) => (
          <Select
            {...control}
            value={draft.catchUp}
            onValueChange={(catchUp) => onChange({ catchUp })}
            options={[
              { value: "latest", label: "Run once, for the latest" },
              { value: "skip", label: "Leave it out" },
              { value: "all", label: "Run for each, ten at most" },
            ]}
          />
        )}
      </Field>
      <MappingField draft={draft} onChange={onChange} hint="JSON. {{ schedule.fireAt }} is the moment it was due." />
    </>
  );
}

function MappingField({ draft, onChange, hint }: Omit<KindFieldsProps, "kind"> & { hint: string }) {
  return (
    <Field label="Input of the run" hint={hint}>
      {(control) => (
        <Textarea
          {...control}
          rows={3}
          className="font-mono text-xs"
          value={draft.input}
          onChange={(event) => onChange({ input: event.target.value })}
        />
      )}
    </Field>
  );
}

interface CheckFieldProps {
  label: string;
  checked: boolean;
  onChange(checked: boolean): void;
}

function CheckField({ label, checked, onChange }: CheckFieldProps) {
  return (
    <div className="flex items-center gap-2 text-sm">
      <Checkbox aria-label={label} checked={checked} onCheckedChange={onChange} />
      <span aria-hidden>{label}</span>
    </div>
  );
}
