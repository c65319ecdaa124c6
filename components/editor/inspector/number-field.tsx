"use client";

import { useState } from "react";
import type { Json } from "../../../engine/json.ts";
import type { FieldControl } from "../../ui/field.tsx";
import { Input } from "../../ui/input.tsx";
import { Select } from "../../ui/select.tsx";
import type { FieldShape } from "./form-model.ts";
import { useInspector } from "./inspector-context.tsx";
import { unitOf, units } from "./units.ts";

interface NumberFieldProps {
  control: FieldControl;
  shape: Extract<FieldShape, { kind: "number" }>;
  value: Json | undefined;
  optional: boolean;
  onChange(value: Json | undefined): void;
}

/** A number, or a time with its unit. While it is no number that may stand there, the file keeps the last one that may. */
export function NumberField({ control, shape, value, optional, onChange }: NumberFieldProps) {
  const { readOnly } = useInspector();
  const number = typeof value === "number" ? value : null;
  const [unit, setUnit] = useState(() => (shape.duration ? unitOf(number ?? 0) : "ms"));
  const factor = shape.duration ? (units.find((each) => each.value === unit)?.ms ?? 1) : 1;
  const [typed, setTyped] = useState<{ text: string; of: number | null } | null>(null);
  const text = typed !== null && typed.of === number ? typed.text : number === null ? "" : String(number / factor);
  const { required: _required, ...shared } = control;

  function write(next: string) {
    const parsed = next.trim() === "" ? null : Number(next.replace(",", "."));
    if (parsed === null) {
      setTyped({ text: next, of: optional ? null : number });
      if (optional) onChange(undefined);
      return;
    }
    const scaled = shape.integer || shape.duration ? Math.round(parsed * factor) : parsed;
    const fits = Number.isFinite(scaled) && scaled >= (shape.min ?? -Infinity) && scaled <= (shape.max ?? Infinity);
    setTyped({ text: next, of: fits ? scaled : number });
    if (fits) onChange(scaled);
  }

  const wrong = typed !== null && typed.of === number && text.trim() !== "" && Number(text) * factor !== number;
  return (
    <div className="grid gap-1">
      <div className="flex gap-2">
        <Input
          {...shared}
          aria-invalid={wrong || shared["aria-invalid"]}
          inputMode="decimal"
          className="min-w-0 flex-1 tabular-nums"
          value={text}
          readOnly={readOnly}
          onChange={(event) => write(event.target.value)}
          onBlur={() => setTyped(null)}
        />
        {shape.duration && (
          <Select
            label="Unit"
            value={unit}
            disabled={readOnly}
            className="w-28"
            onValueChange={(next) => {
              const chosen = units.find((each) => each.value === next);
              if (chosen === undefined) return;
              setUnit(chosen.value);
              if (number !== null) onChange(clamped((number / factor) * chosen.ms, shape));
            }}
            options={units.map(({ value, label }) => ({ value, label }))}
          />
        )}
      </div>
      {wrong && <p className="text-xs text-failed">{rangeWords(shape, factor)}</p>}
    </div>
  );
}

function clamped(value: number, { min, max }: { min: number | null; max: number | null }): number {
  return Math.round(Math.min(max ?? Infinity, Math.max(min ?? -Infinity, value)));
}

function rangeWords({ min, max, integer }: NumberFieldProps["shape"], factor: number): string {
  const what = integer && factor === 1 ? "A whole number" : "A number";
  if (min !== null && max !== null) return `${what} from ${min / factor} to ${max / factor}.`;
  if (min !== null) return `${what} of at least ${min / factor}.`;
  return max === null ? `${what}.` : `${what} of at most ${max / factor}.`;
}
