"use client";

import { useState } from "react";
import { isJsonObject, type Json } from "../../../engine/json.ts";
import type { FieldControl } from "../../ui/field.tsx";
import { Textarea } from "../../ui/input.tsx";
import { SegmentedControl } from "../../ui/segmented-control.tsx";
import { ExpressionInput } from "./expression-input.tsx";
import { ExpressionPreview } from "./expression-preview.tsx";
import { useInspector } from "./inspector-context.tsx";
import { NamedValues } from "./record-field.tsx";

type Mode = "text" | "fields" | "json";

interface JsonFieldProps {
  control?: FieldControl;
  label?: string;
  value: Json;
  onChange(value: Json): void;
  /** Without the choice of how it is written. */
  small?: boolean;
}

/** Any value: one expression or text, fields with a value each, or JSON as it is. */
export function JsonField({ control, label, value, onChange, small = false }: JsonFieldProps) {
  const { readOnly } = useInspector();
  const [wanted, setWanted] = useState<Mode | null>(null);
  const fitting: Mode = typeof value === "string" || value === null ? "text" : isJsonObject(value) ? "fields" : "json";
  const mode = small ? "json" : fits(wanted, value) ? (wanted ?? fitting) : fitting;
  function change(next: Mode) {
    setWanted(next);
    if (next === "fields" && !isJsonObject(value)) onChange(value === null || value === "" ? {} : { value });
    if (next === "text" && typeof value !== "string") onChange(value === null ? "" : asExpression(value));
  }
  return (
    <div className="grid gap-2">
      {!small && (
        <SegmentedControl
          label="How it is written"
          value={mode}
          onValueChange={(next) => !readOnly && change(next)}
          options={[
            { value: "text", label: "Expression" },
            { value: "fields", label: "Fields" },
            { value: "json", label: "JSON" },
          ]}
          className="justify-self-start"
        />
      )}
      {mode === "text" && (
        <ExpressionInput
          {...(control === undefined ? { label: label ?? "Value" } : { control })}
          value={typeof value === "string" ? value : ""}
          onChange={onChange}
          placeholder="{{ … }}"
        />
      )}
      {mode === "fields" && isJsonObject(value) && (
        <>
          <NamedValues label={label ?? "Field"} record={value} textOnly={false} empty="" onChange={onChange} />
          {Object.keys(value).length > 1 && <ExpressionPreview value={value} />}
        </>
      )}
      {mode === "json" && (
        <JsonText
          {...(control === undefined ? {} : { control })}
          label={label ?? "JSON"}
          value={value}
          onChange={onChange}
        />
      )}
    </div>
  );
}

function fits(mode: Mode | null, value: Json): boolean {
  return mode === "json" || (mode === "fields" ? isJsonObject(value) : typeof value === "string" || value === null);
}

/** A value as an expression: JavaScript reads JSON. */
function asExpression(value: Json): string {
  return `{{ ${JSON.stringify(value)} }}`;
}

interface JsonTextProps {
  control?: FieldControl;
  label: string;
  value: Json;
  onChange(value: Json): void;
}

/** JSON as text. While it does not parse, the file keeps the last value that did. */
export function JsonText({ control, label, value, onChange }: JsonTextProps) {
  const { readOnly } = useInspector();
  const [typed, setTyped] = useState<{ text: string; of: string } | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const written = JSON.stringify(value, null, 2);
  const text = typed !== null && typed.of === written ? typed.text : written;
  function write(next: string) {
    try {
      const parsed = JSON.parse(next) as Json;
      setFault(null);
      setTyped({ text: next, of: JSON.stringify(parsed, null, 2) });
      onChange(parsed);
    } catch (problem) {
      setFault(problem instanceof Error ? problem.message : "It is not JSON.");
      setTyped({ text: next, of: written });
    }
  }
  const { required: _required, ...shared } = control ?? { required: undefined };
  return (
    <div className="grid gap-1">
      <Textarea
        {...(control === undefined ? { "aria-label": label } : shared)}
        aria-invalid={fault !== null || undefined}
        rows={Math.min(16, Math.max(2, text.split("\n").length))}
        spellCheck={false}
        readOnly={readOnly}
        className="font-mono text-xs"
        value={text}
        onChange={(event) => write(event.target.value)}
      />
      {fault !== null && <p className="text-xs text-failed">This is not JSON yet, so it is not saved: {fault}</p>}
    </div>
  );
}
