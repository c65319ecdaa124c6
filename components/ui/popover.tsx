"use client";

import { Popover as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { classNames } from "./class-names.ts";

interface PopoverProps {
  trigger: ReactNode;
  align?: "start" | "center" | "end";
  label: string;
  className?: string;
  children: ReactNode;
}

/** A small panel beside its button; the page stays usable. */
export function Popover({ trigger, align = "start", label, className, children }: PopoverProps) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          aria-label={label}
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className={classNames(
            "z-50 w-72 rounded-lg border border-line bg-raised p-3 shadow-raised animate-appear",
            className,
          )}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
