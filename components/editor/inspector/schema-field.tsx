"use client";

import { Plus, Trash2 } from "lucide-react";
import { useId, useState } from "react";
import type { Json } from "../../../engine/json.ts";
import { Button } from "../../ui/button.tsx";
import { Checkbox } from "../../ui/checkbox.tsx";
import { IconButton } from "../../ui/icon-button.tsx";
import { Input } from "../../ui/input.tsx";
import { SegmentedControl } from "../../ui/segmented-control.tsx";
import { Select } from "../../ui/select.tsx";
import { Switch } from "../../ui/switch.tsx";
import { JsonText } from "./json-text.tsx";
import { type FieldType, freshRow, rowsOf, type SchemaRow, withRows } from "./schema-model.ts";

const typeNames: { value: FieldType; label: string }[] = [
  { value: "string", label: "Text" },
  { value: "number", label: "Number" },
  { value: "integer", label: "Whole number" },
  { value: "boolean", label: "Yes or no" },
  { value: "array", label: "List" },
  { value: "object", label: "Object" },
  { value: "other", label: "Anything" },
];

interface SchemaFieldProps {
  label: string;
  value: Json;
  /** True where there need be none. */
  nullable: boolean;
  onChange(value: Json): void;
}

/** A JSON Schema as a list of fields; whoever knows the language can write it out. */
export function SchemaField({ label, value, nullable, onChange }: SchemaFieldProps) {
  const [json, setJson] = useState(false);
  const rows = rowsOf(value);
  if (nullable && value === null) {
    return (
      <Switch
        aria-label={label}
        checked={false}
        onCheckedChange={() => onChange(withRows({}, [{ ...freshRow([]), name: "answer" }]))}
      />
    );
  }
  const asJson = json || rows === null;
  return (
    <div className="grid gap-2">
      <div className="flex items-center gap-3">
        {nullable && <Switch aria-label={label} checked onCheckedChange={() => onChange(null)} />}
        <SegmentedControl
          label={`${label} as`}
          value={asJson ? "json" : "fields"}
          onValueChange={(next) => setJson(next === "json")}
          options={[
            { value: "fields", label: "Fields" },
            { value: "json", label: "JSON Schema" },
          ]}
        />
      </div>
      {asJson ? (
        <JsonText label={label} value={value} onChange={onChange} />
      ) : (
        <SchemaRows label={label} rows={rows} onChange={(next) => onChange(withRows(value, next))} />
      )}
    </div>
  );
}

interface SchemaRowsProps {
  label: string;
  rows: readonly SchemaRow[];
  onChange(rows: SchemaRow[]): void;
}

/** Fields with name, type and whether they are needed. */
function SchemaRows({ label, rows, onChange }: SchemaRowsProps) {
  const id = useId();
  const [typing, setTyping] = useState<{ index: number; name: string } | null>(null);
  const patch = (index: number, change: Partial<SchemaRow>) =>
    onChange(rows.map((row, at) => (at === index ? { ...row, ...change } : row)));
  const clash = typing !== null && rows.some((row, at) => at !== typing.index && row.name === typing.name);
  return (
    <div className="grid gap-2">
      {rows.map((row, index) => (
        <div key={index} className="grid gap-1.5 rounded-md border border-line p-2">
          <div className="flex items-center gap-1.5">
            <Input
              aria-label={`${label}: name of field ${index + 1}`}
              aria-invalid={(clash && typing?.index === index) || undefined}
              className="min-w-0 flex-1 font-mono text-xs"
              value={typing?.index === index ? typing.name : row.name}
              onChange={(event) => {
                const name = event.target.value;
                setTyping({ index, name });
                if (name !== "" && !rows.some((other, at) => at !== index && other.name === name))
                  patch(index, { name });
              }}
              onBlur={() => setTyping(null)}
            />
            <Select
              label={`Type of ${row.name}`}
              value={row.type}
              onValueChange={(type) =>
                patch(index, { type: typeNames.find((each) => each.value === type)?.value ?? "other" })
              }
              options={typeNames}
              className="w-32"
            />
            <IconButton
              label={`Take out ${row.name}`}
              icon={<Trash2 aria-hidden />}
              onClick={() => onChange(rows.filter((_row, at) => at !== index))}
            />
          </div>
          <div className="flex items-center gap-2">
            <Input
              aria-label={`What ${row.name} is`}
              placeholder="What it is, for people and models"
              className="h-7 min-w-0 flex-1 text-xs"
              value={row.description}
              onChange={(event) => patch(index, { description: event.target.value })}
            />
            {row.type === "array" && (
              <Select
                label={`Items of ${row.name}`}
                size="small"
                value={row.items}
                onValueChange={(type) =>
                  patch(index, { items: typeNames.find((each) => each.value === type)?.value ?? "other" })
                }
                options={typeNames.map((each) => ({ ...each, label: `of ${each.label.toLowerCase()}` }))}
              />
            )}
            <label htmlFor={`${id}-${index}`} className="flex items-center gap-1.5 text-xs text-muted">
              <Checkbox
                id={`${id}-${index}`}
                checked={row.required}
                onCheckedChange={(required) => patch(index, { required })}
              />
              Needed
            </label>
          </div>
        </div>
      ))}
      {clash && <p className="text-xs text-failed">There is another field with this name.</p>}
      <Button className="justify-self-start" onClick={() => onChange([...rows, freshRow(rows)])}>
        <Plus aria-hidden /> Add a field
      </Button>
    </div>
  );
}
