"use client";

import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import type { Json } from "../../../engine/json.ts";
import { Button } from "../../ui/button.tsx";
import { IconButton } from "../../ui/icon-button.tsx";
import { Input } from "../../ui/input.tsx";
import { ExpressionInput } from "./expression-input.tsx";
import type { FieldShape } from "./form-model.ts";
import { useInspector } from "./inspector-context.tsx";
import { JsonText } from "./json-text.tsx";

interface RecordFieldProps {
  shape: Extract<FieldShape, { kind: "record" }>;
  label: string;
  value: Json | undefined;
  path: readonly (string | number)[];
  onChange(value: Json): void;
}

/** Names with values: headers, query parameters. */
export function RecordField({ shape, label, value, onChange }: RecordFieldProps) {
  const record = typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
  return (
    <NamedValues
      label={label}
      record={record}
      onChange={onChange}
      textOnly={shape.value.shape.kind === "text"}
      empty=""
    />
  );
}

interface NamedValuesProps {
  label: string;
  record: Readonly<Record<string, Json>>;
  textOnly: boolean;
  empty: Json;
  onChange(record: Record<string, Json>): void;
}

/** Rows of a name and a value. A name that is taken already is told and not written, so that no value is lost. */
export function NamedValues({ label, record, textOnly, empty, onChange }: NamedValuesProps) {
  const { readOnly } = useInspector();
  const entries = Object.entries(record);
  const [typing, setTyping] = useState<{ index: number; name: string } | null>(null);
  const [clash, setClash] = useState<number | null>(null);

  function rename(index: number, name: string) {
    setTyping({ index, name });
    const taken = entries.some(([key], at) => at !== index && key === name);
    setClash(taken ? index : null);
    if (!taken) onChange(Object.fromEntries(entries.map(([key, value], at) => [at === index ? name : key, value])));
  }

  return (
    <div className="grid gap-2">
      {entries.map(([key, value], index) => (
        <div key={index} className="grid grid-cols-[minmax(0,2fr)_minmax(0,3fr)_auto] items-start gap-1.5">
          <Input
            aria-label={`${label}: name ${index + 1}`}
            aria-invalid={clash === index || undefined}
            className="font-mono text-xs"
            value={typing?.index === index ? typing.name : key}
            readOnly={readOnly}
            onChange={(event) => rename(index, event.target.value)}
            onBlur={() => {
              setTyping(null);
              setClash(null);
            }}
          />
          {textOnly || typeof value === "string" ? (
            <ExpressionInput
              label={`${label}: ${key}`}
              value={typeof value === "string" ? value : JSON.stringify(value)}
              onChange={(text) => onChange({ ...record, [key]: text })}
            />
          ) : (
            <JsonText
              label={`${label}: ${key}`}
              value={value}
              onChange={(next) => onChange({ ...record, [key]: next })}
            />
          )}
          {!readOnly && (
            <IconButton
              label={`Take out ${key}`}
              icon={<Trash2 aria-hidden />}
              className="h-8"
              onClick={() => onChange(Object.fromEntries(entries.filter((_each, at) => at !== index)))}
            />
          )}
        </div>
      ))}
      {clash !== null && (
        <p className="text-xs text-failed">There is another one with this name. Choose another name.</p>
      )}
      {!readOnly && (
        <Button className="justify-self-start" onClick={() => onChange({ ...record, [freshName(record)]: empty })}>
          <Plus aria-hidden /> Add
        </Button>
      )}
    </div>
  );
}

function freshName(record: Readonly<Record<string, Json>>): string {
  let number = Object.keys(record).length + 1;
  while (`field_${number}` in record) number += 1;
  return `field_${number}`;
}
