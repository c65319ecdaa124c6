"use client";

import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";

/** As the API takes it: short secrets can be guessed. */
const shortest = 16;

/** What is wrong with a secret that somebody typed; an empty one is made by Baton. */
export function secretFault(secret: string): string | null {
  const { length } = secret.trim();
  return length > 0 && length < shortest ? `At least ${shortest} characters.` : null;
}

interface SecretFieldProps {
  value: string;
  hint: string;
  onChange(value: string): void;
}

/** The secret that a webhook's sender signs with. */
export function SecretField({ value, hint, onChange }: SecretFieldProps) {
  return (
    <Field label="Signing secret" hint={hint} error={secretFault(value)}>
      {(control) => (
        <Input
          {...control}
          type="password"
          autoComplete="new-password"
          maxLength={200}
          className="font-mono text-xs"
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
