"use client";

import { CircleAlert } from "lucide-react";
import { useId, type ReactNode } from "react";
import { classNames } from "./class-names.ts";

/** What the control inside a field spreads onto itself so that label, hint and error belong to it. */
export interface FieldControl {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": boolean | undefined;
  required: boolean | undefined;
}

interface FieldProps {
  label: ReactNode;
  hint?: ReactNode;
  error?: string | null | undefined;
  required?: boolean;
  className?: string;
  children(control: FieldControl): ReactNode;
}

/** Label, control, and below it either what helps or what is wrong. */
export function Field({ label, hint, error, required = false, className, children }: FieldProps) {
  const id = useId();
  const wrong = error !== undefined && error !== null && error !== "";
  const said = wrong || hint !== undefined;
  return (
    <div className={classNames("grid gap-1.5", className)}>
      <label htmlFor={id} className="flex items-baseline gap-1.5 text-xs font-medium text-ink">
        {label}
        {!required && <span className="font-normal text-subtle">optional</span>}
      </label>
      {children({
        id,
        "aria-describedby": said ? `${id}-note` : undefined,
        "aria-invalid": wrong || undefined,
        required: required || undefined,
      })}
      {said && (
        <p id={`${id}-note`} className={classNames("text-xs", wrong ? "text-failed" : "text-subtle")}>
          {wrong ? <FieldError text={error} /> : hint}
        </p>
      )}
    </div>
  );
}

function FieldError({ text }: { text: string }) {
  return (
    <span className="flex items-start gap-1">
      <CircleAlert aria-hidden className="mt-0.5 size-3 shrink-0" />
      {text}
    </span>
  );
}
