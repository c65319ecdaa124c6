"use client";

import { useState } from "react";
import type { Json } from "../../../engine/json.ts";
import type { FieldControl } from "../../ui/field.tsx";
import { Textarea } from "../../ui/input.tsx";
import { useReadOnly } from "./inspector-context.tsx";

interface JsonTextProps {
  control?: FieldControl;
  label: string;
  value: Json;
  onChange(value: Json): void;
}

/** JSON as text. While it does not parse, the file keeps the last value that did. */
export function JsonText({ control, label, value, onChange }: JsonTextProps) {
  const readOnly = useReadOnly();
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
