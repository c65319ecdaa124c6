"use client";

import type { Json } from "../../../engine/json.ts";
import type { FieldControl } from "../../ui/field.tsx";
import { Select } from "../../ui/select.tsx";
import { useCredentialNames } from "../use-credential-names.ts";
import { useInspector } from "./inspector-context.tsx";

interface CredentialFieldProps {
  control: FieldControl;
  value: Json | undefined;
  onChange(value: Json): void;
}

/** Values of a select are never empty, and no credential's name begins with a space. */
const none = " none";

/** One of the organisation's credentials, by its name. A name it does not have stays, and says so. */
export function CredentialField({ control, value, onChange }: CredentialFieldProps) {
  const { readOnly } = useInspector();
  const names = useCredentialNames();
  const { required: _required, ...shared } = control;
  const chosen = typeof value === "string" && value !== "" ? value : none;
  const known = names ?? [];
  const options = [
    { value: none, label: "None" },
    ...known.map((name) => ({ value: name, label: name })),
    ...(chosen === none || known.includes(chosen)
      ? []
      : [{ value: chosen, label: chosen, ...(names === null ? {} : { hint: "not in Settings" }) }]),
  ];
  return (
    <Select
      {...shared}
      value={chosen}
      disabled={readOnly}
      onValueChange={(next) => onChange(next === none ? null : next)}
      options={options}
    />
  );
}
