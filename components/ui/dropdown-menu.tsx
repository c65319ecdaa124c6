"use client";

import { Check } from "lucide-react";
import { DropdownMenu as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { classNames } from "./class-names.ts";
import { Kbd } from "./kbd.tsx";

interface DropdownMenuProps {
  trigger: ReactNode;
  align?: "start" | "center" | "end";
  side?: "top" | "right" | "bottom" | "left";
  className?: string;
  children: ReactNode;
}

/** Commands behind a button. Children are `MenuItem`, `MenuLabel`, `MenuSeparator`. */
export function DropdownMenu({ trigger, align = "start", side = "bottom", className, children }: DropdownMenuProps) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          side={side}
          sideOffset={4}
          collisionPadding={8}
          className={classNames(
            "z-50 min-w-44 rounded-lg border border-line bg-raised p-1 shadow-raised animate-appear",
            className,
          )}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

const itemLook =
  "flex min-h-7 w-full cursor-default items-center gap-2 rounded-md px-2 py-1 text-sm outline-none data-[disabled]:opacity-50 data-[highlighted]:bg-hover [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-subtle";

interface MenuItemProps {
  icon?: ReactNode;
  shortcut?: string;
  checked?: boolean | undefined;
  danger?: boolean;
  disabled?: boolean;
  /** Draws the only child (a link) as the item. */
  asChild?: boolean;
  onSelect?(event: Event): void;
  children: ReactNode;
}

/** One command. With `checked` it is one of a set, and says so. */
export function MenuItem({
  icon,
  shortcut,
  checked,
  danger = false,
  disabled = false,
  asChild = false,
  onSelect,
  children,
}: MenuItemProps) {
  const shared = {
    disabled,
    ...(onSelect === undefined ? {} : { onSelect }),
    className: classNames(itemLook, danger ? "text-failed" : "text-ink"),
  };
  if (asChild) {
    return (
      <Radix.Item asChild {...shared}>
        {children}
      </Radix.Item>
    );
  }
  const inside = (
    <>
      {icon}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {checked === true && <Check aria-hidden />}
      {shortcut !== undefined && <Kbd>{shortcut}</Kbd>}
    </>
  );
  if (checked !== undefined) {
    return (
      <Radix.CheckboxItem checked={checked} {...shared}>
        {inside}
      </Radix.CheckboxItem>
    );
  }
  return <Radix.Item {...shared}>{inside}</Radix.Item>;
}

/** Says what the items below it are about. */
export function MenuLabel({ children }: { children: ReactNode }) {
  return <Radix.Label className="truncate px-2 py-1 text-xs text-subtle">{children}</Radix.Label>;
}

/** A line between groups. */
export function MenuSeparator() {
  return <Radix.Separator className="-mx-1 my-1 h-px bg-line" />;
}
