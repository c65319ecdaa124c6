"use client";

import { ScrollArea as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { classNames } from "./class-names.ts";

/** A region that scrolls behind thin bars which never push its content aside. */
export function ScrollArea({
  label,
  className,
  children,
}: {
  label?: string;
  className?: string;
  children: ReactNode;
}) {
  return (
    <Radix.Root className={classNames("overflow-hidden", className)}>
      <Radix.Viewport aria-label={label} className="size-full [&>div]:!block">
        {children}
      </Radix.Viewport>
      <Radix.Scrollbar orientation="vertical" className="flex w-2 touch-none p-0.5 select-none">
        <Radix.Thumb className="flex-1 rounded-full bg-line-strong" />
      </Radix.Scrollbar>
    </Radix.Root>
  );
}
