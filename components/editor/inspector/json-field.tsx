"use client";

import { useState } from "react";
import { isJsonObject, type Json } from "../../../engine/json.ts";
import type { FieldControl } from "../../ui/field.tsx";
import { SegmentedControl } from "../../ui/segmented-control.tsx";
import { ExpressionInput } from "./expression-input.tsx";
import { ExpressionPreview } from "./expression-preview.tsx";
import { useInspector } from "./inspector-context.tsx";
import { JsonText } from "./json-text.tsx";
import { NamedValues } from "./record-field.tsx";

type Mode = "text" | "fields" | "json";

interface JsonFieldProps {
  control?: FieldControl;
  label?: string;
  value: Json;
  onChange(value: Json): void;
}

/** Any value: one expression or text, fields with a value each, or JSON as it is. */
export function JsonField({ control, label, value, onChange }: JsonFieldProps) {
  const { readOnly } = useInspector();
  const [wanted, setWanted] = useState<Mode | null>(null);
  const fitting: Mode = typeof value === "string" || value === null ? "text" : isJsonObject(value) ? "fields" : "json";
  const mode = fits(wanted, value) ? (wanted ?? fitting) : fitting;
  function change(next: Mode) {
    setWanted(next);
    if (next === "fields" && !isJsonObject(value)) onChange(value === null || value === "" ? {} : { value });
    if (next === "text" && typeof value !== "string") onChange(value === null ? "" : asExpression(value));
  }
  return (
    <div className="grid gap-2">
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
