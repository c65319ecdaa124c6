"use client";

import type { Json } from "../../../engine/json.ts";
import { SegmentedControl } from "../../ui/segmented-control.tsx";
import { type FieldShape, sentence, switchVariant } from "./form-model.ts";
import { useInspector } from "./inspector-context.tsx";

interface VariantFieldsProps {
  shape: Extract<FieldShape, { kind: "variants" }>;
  value: Readonly<Record<string, Json>>;
  path: readonly (string | number)[];
  onChange(value: Record<string, Json>): void;
}

/** Settings of which one says what the others are: a loop over items, a number of times, or while something holds. */
export function VariantFields({ shape, value, path, onChange }: VariantFieldsProps) {
  const { readOnly, ObjectFields } = useInspector();
  const chosen = String(value[shape.key] ?? shape.variants[0]?.value ?? "");
  const variant = shape.variants.find((each) => each.value === chosen);
  return (
    <div className="grid gap-4">
      <SegmentedControl
        label={sentence(shape.key)}
        value={chosen}
        onValueChange={(next) => !readOnly && onChange(switchVariant(shape, value, next))}
        options={shape.variants.map((each) => ({ value: each.value, label: sentence(each.value) }))}
        className="justify-self-start"
      />
      <ObjectFields fields={variant?.fields ?? []} value={value} path={path} onChange={onChange} />
    </div>
  );
}
