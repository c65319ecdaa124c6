"use client";

import { useState } from "react";
import type { Json } from "../../../engine/json.ts";
import { ConfigField } from "./config-field.tsx";
import type { FieldModel } from "./form-model.ts";
import type { ObjectFieldsProps } from "./inspector-context.tsx";

/** The fields of an object, one under the other; those that are seldom needed behind "More". */
export function ObjectFields({ fields, value, path, onChange }: ObjectFieldsProps) {
  const [more, setMore] = useState(false);
  const rare = fields.filter((field) => field.rare);
  const written = rare.filter((field) => value[field.key] !== undefined && !sameAsFallback(field, value[field.key]));
  const shown = fields.filter((field) => !field.rare || more || written.includes(field));
  return (
    <div
      className={
        // Inside of a list or an object short fields stand side by side.
        path.length > 1 ? "grid grid-cols-2 items-start gap-3" : "grid grid-cols-[minmax(0,1fr)] gap-4"
      }
    >
      {shown.map((field) => (
        <ConfigField
          key={field.key}
          field={field}
          value={value[field.key]}
          path={[...path, field.key]}
          onChange={(next) => onChange(withField(value, field.key, next))}
        />
      ))}
      {rare.length > written.length && (
        <button
          type="button"
          aria-expanded={more}
          onClick={() => setMore(!more)}
          className="col-span-full justify-self-start rounded-md text-xs font-medium text-accent-text hover:underline"
        >
          {more ? "Fewer settings" : `More settings (${rare.length - written.length})`}
        </button>
      )}
    </div>
  );
}

/** Undefined takes a field out of the object. */
function withField(value: Readonly<Record<string, Json>>, key: string, next: Json | undefined): Record<string, Json> {
  const { [key]: _old, ...rest } = value;
  if (next === undefined) return rest;
  // In its old place, where it has one: people read the exported file too.
  return key in value
    ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, k === key ? next : v]))
    : { ...value, [key]: next };
}

function sameAsFallback(field: FieldModel, value: Json | undefined): boolean {
  return JSON.stringify(field.fallback ?? null) === JSON.stringify(value ?? null);
}
