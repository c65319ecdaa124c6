"use client";

import type { Json } from "../../../engine/json.ts";
import { Checkbox } from "../../ui/checkbox.tsx";
import type { FieldControl } from "../../ui/field.tsx";
import { Input } from "../../ui/input.tsx";
import { SegmentedControl } from "../../ui/segmented-control.tsx";
import { Select } from "../../ui/select.tsx";
import { type FieldShape, sentence } from "./form-model.ts";
import { useInspector } from "./inspector-context.tsx";

interface ChoiceProps {
  control: FieldControl;
  options: readonly string[];
  value: Json | undefined;
  onChange(value: Json): void;
}

/** Words in capitals are names, such as GET; others are read as words. */
function labelOf(option: string): string {
  return option === option.toUpperCase() ? option : sentence(option);
}

/** One of a few words: side by side while they fit, else in a list. */
export function ChoiceField({ control, options, value, onChange }: ChoiceProps) {
  const { readOnly } = useInspector();
  const { required: _required, ...shared } = control;
  return (
    <Select
      {...shared}
      value={typeof value === "string" ? value : ""}
      onValueChange={onChange}
      disabled={readOnly}
      options={options.map((option) => ({ value: option, label: labelOf(option) }))}
    />
  );
}

interface ChoiceOrNumberProps {
  control: FieldControl;
  shape: Extract<FieldShape, { kind: "choice-or-number" }>;
  value: Json | undefined;
  onChange(value: Json): void;
}

/** A word, or how many. */
export function ChoiceOrNumberField({ control, shape, value, onChange }: ChoiceOrNumberProps) {
  const { readOnly } = useInspector();
  const number = typeof value === "number";
  return (
    <div className="flex gap-2">
      <SegmentedControl
        label="How many"
        value={number ? "number" : String(value ?? shape.options[0])}
        onValueChange={(next) => !readOnly && onChange(next === "number" ? Math.max(shape.min, 1) : next)}
        options={[
          ...shape.options.map((option) => ({ value: option, label: labelOf(option) })),
          { value: "number", label: "A number" },
        ]}
        className="h-8"
      />
      {number && (
        <Input
          id={control.id}
          aria-label="Number"
          type="number"
          min={shape.min}
          max={shape.max}
          value={value}
          readOnly={readOnly}
          className="w-24 tabular-nums"
          onChange={(event) => onChange(Math.max(shape.min, Math.round(Number(event.target.value))))}
        />
      )}
    </div>
  );
}

interface ChoicesProps {
  label: string;
  options: readonly string[];
  value: Json | undefined;
  onChange(value: Json): void;
}

/** Any of a few words. */
export function ChoicesField({ label, options, value, onChange }: ChoicesProps) {
  const { readOnly } = useInspector();
  const chosen = Array.isArray(value) ? value : [];
  return (
    <fieldset className="flex flex-wrap gap-4">
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <label key={option} className="flex items-center gap-1.5 text-sm">
          <Checkbox
            checked={chosen.includes(option)}
            disabled={readOnly}
            onCheckedChange={(on) => onChange(options.filter((each) => (each === option ? on : chosen.includes(each))))}
          />
          {labelOf(option)}
        </label>
      ))}
    </fieldset>
  );
}
