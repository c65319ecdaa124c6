"use client";

import { Checkbox } from "../ui/checkbox.tsx";
import { Field, type FieldControl } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";
import { Select } from "../ui/select.tsx";
import { FileText } from "./file-text.tsx";
import type { FormField } from "./json-schema.ts";

interface SchemaFormProps {
  fields: readonly FormField[];
  texts: Readonly<Record<string, string>>;
  faults: Readonly<Record<string, string>>;
  onChange(name: string, text: string): void;
}

/** The form of a workflow's input. Long texts can be pasted or read from a file. */
export function SchemaForm({ fields, texts, faults, onChange }: SchemaFormProps) {
  return (
    <div className="grid gap-4">
      {fields.map((field) => (
        <Field
          key={field.name}
          label={field.label}
          required={field.required || field.kind === "boolean"}
          hint={field.hint === "" ? undefined : field.hint}
          error={faults[field.name]}
        >
          {(control) => (
            <FieldInput
              field={field}
              control={control}
              text={texts[field.name] ?? ""}
              onChange={(text) => onChange(field.name, text)}
            />
          )}
        </Field>
      ))}
    </div>
  );
}

interface FieldInputProps {
  field: FormField;
  control: FieldControl;
  text: string;
  onChange(text: string): void;
}

function FieldInput({ field, control, text, onChange }: FieldInputProps) {
  const { required: _required, ...shared } = control;
  switch (field.kind) {
    case "choice":
      return (
        <Select
          {...shared}
          value={text === "-1" ? "" : text}
          onValueChange={onChange}
          placeholder="Choose"
          options={field.choices.map((choice, index) => ({
            value: String(index),
            label: typeof choice === "string" ? choice : JSON.stringify(choice),
          }))}
        />
      );
    case "boolean":
      return (
        <Checkbox id={shared.id} checked={text === "true"} onCheckedChange={(checked) => onChange(String(checked))} />
      );
    case "number":
    case "integer":
      return (
        <Input
          {...shared}
          inputMode="decimal"
          className="tabular-nums"
          value={text}
          onChange={(event) => onChange(event.target.value)}
        />
      );
    case "date":
      return <Input {...shared} type="date" value={text} onChange={(event) => onChange(event.target.value)} />;
    case "text":
      return <Input {...shared} value={text} onChange={(event) => onChange(event.target.value)} />;
    case "long-text":
      return <FileText control={shared} text={text} onChange={onChange} />;
    case "json":
      return <FileText control={shared} text={text} onChange={onChange} shape={field.shape} />;
  }
}
