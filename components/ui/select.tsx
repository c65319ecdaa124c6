"use client";

import { Check, ChevronDown } from "lucide-react";
import { Select as Radix } from "radix-ui";
import { useContext, useState } from "react";
import { classNames } from "./class-names.ts";
import { NonceContext } from "./nonce.ts";

export interface SelectOption {
  value: string;
  label: string;
  hint?: string;
}

interface SelectProps {
  options: readonly SelectOption[];
  value: string;
  onValueChange(value: string): void;
  /** Read out where no visible label names the field. */
  label?: string;
  placeholder?: string;
  id?: string;
  disabled?: boolean;
  size?: "small" | "medium";
  className?: string;
  "aria-invalid"?: boolean | undefined;
  "aria-describedby"?: string | undefined;
}

/** One of a few. Values are non-empty strings; a wide choice wants a search instead. */
export function Select(props: SelectProps) {
  const { options, value, onValueChange, label, placeholder, id, disabled = false, size = "medium", className } = props;
  const nonce = useContext(NonceContext);
  // The list is made when somebody comes near: Radix keeps every option of every closed list in memory, which a page of them feels.
  const [near, setNear] = useState(false);
  return (
    <Radix.Root value={value} onValueChange={onValueChange} onOpenChange={() => setNear(true)} disabled={disabled}>
      <Radix.Trigger
        id={id}
        aria-label={label}
        onFocus={() => setNear(true)}
        onPointerEnter={() => setNear(true)}
        aria-invalid={props["aria-invalid"]}
        aria-describedby={props["aria-describedby"]}
        className={classNames(
          "inline-flex items-center justify-between gap-2 rounded-md border border-control-line bg-surface text-ink transition-colors hover:border-muted disabled:opacity-50 aria-invalid:border-failed data-[placeholder]:text-subtle",
          size === "small" ? "h-7 px-2 text-xs" : "h-8 w-full px-2.5 text-sm",
          className,
        )}
      >
        <span className="min-w-0 truncate">
          {/* With its words given, the server renders them too: without, they come with the script and push what stands beside. */}
          <Radix.Value placeholder={placeholder}>{options.find((option) => option.value === value)?.label}</Radix.Value>
        </span>
        <ChevronDown aria-hidden className="size-3.5 shrink-0 text-subtle" />
      </Radix.Trigger>
      {near && (
        <Radix.Portal>
          <Radix.Content
            position="popper"
            sideOffset={4}
            collisionPadding={8}
            className="z-50 max-h-(--radix-select-content-available-height) min-w-(--radix-select-trigger-width) overflow-hidden rounded-lg border border-line bg-raised p-1 shadow-raised animate-appear"
          >
            <Radix.Viewport nonce={nonce}>
              {options.map((option) => (
                <Radix.Item
                  key={option.value}
                  value={option.value}
                  className="flex min-h-7 cursor-default items-center gap-2 rounded-md py-1 pr-2 pl-7 text-sm text-ink outline-none data-[highlighted]:bg-hover relative"
                >
                  <Radix.ItemIndicator className="absolute left-2">
                    <Check aria-hidden className="size-3.5 text-accent-text" />
                  </Radix.ItemIndicator>
                  <Radix.ItemText>{option.label}</Radix.ItemText>
                  {option.hint !== undefined && <span className="ml-auto pl-3 text-xs text-subtle">{option.hint}</span>}
                </Radix.Item>
              ))}
            </Radix.Viewport>
          </Radix.Content>
        </Radix.Portal>
      )}
    </Radix.Root>
  );
}
