"use client";

import { ToggleGroup } from "radix-ui";
import type { ReactNode } from "react";
import { classNames } from "./class-names.ts";

interface SegmentedControlProps<Value extends string> {
  label: string;
  options: readonly { value: NoInfer<Value>; label: ReactNode; hint?: string }[];
  value: Value;
  onValueChange(value: NoInfer<Value>): void;
  className?: string;
}

/** One of two to five ways to see the same thing; arrows move. */
export function SegmentedControl<Value extends string>(props: SegmentedControlProps<Value>) {
  const { label, options, value, onValueChange, className } = props;
  return (
    <ToggleGroup.Root
      type="single"
      aria-label={label}
      value={value}
      onValueChange={(next) => {
        // Pressing the chosen one again would choose none.
        const chosen = options.find((option) => option.value === next);
        if (chosen !== undefined) onValueChange(chosen.value);
      }}
      className={classNames(
        "inline-flex h-7 items-center gap-0.5 rounded-md border border-line bg-sunken p-0.5",
        className,
      )}
    >
      {options.map((option) => (
        <ToggleGroup.Item
          key={option.value}
          value={option.value}
          aria-label={option.hint}
          title={option.hint}
          className="inline-flex h-full items-center gap-1.5 rounded-[4px] px-2 text-xs text-muted transition-colors hover:text-ink focus-visible:outline-offset-0 data-[state=on]:bg-surface data-[state=on]:font-medium data-[state=on]:text-ink data-[state=on]:shadow-[0_0_0_1px_var(--line-strong)] [&_svg]:size-3.5"
        >
          {option.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
