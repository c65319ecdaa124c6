"use client";

import { Tabs as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { classNames } from "./class-names.ts";

export interface Tab {
  value: string;
  label: ReactNode;
  /** A figure beside the label. */
  count?: number | undefined;
}

interface TabsProps {
  tabs: readonly Tab[];
  value: string;
  onValueChange(value: string): void;
  label: string;
  className?: string;
  children: ReactNode;
}

/** Views of one thing. Panels are `TabPanel` children with the same values. */
export function Tabs({ tabs, value, onValueChange, label, className, children }: TabsProps) {
  return (
    <Radix.Root value={value} onValueChange={onValueChange} className={classNames("flex min-h-0 flex-col", className)}>
      <Radix.List aria-label={label} className="flex shrink-0 overflow-x-auto border-b px-2">
        {tabs.map((tab) => (
          <Radix.Trigger
            key={tab.value}
            value={tab.value}
            className="-mb-px flex h-9 items-center gap-1.5 whitespace-nowrap border-b-2 px-2 border-transparent text-sm text-muted transition-colors hover:text-ink focus-visible:-outline-offset-2 data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-ink"
          >
            {tab.label}
            {tab.count !== undefined && <span className="figures text-subtle">{tab.count}</span>}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {children}
    </Radix.Root>
  );
}

/** What one tab shows. */
export function TabPanel({ value, className, children }: { value: string; className?: string; children: ReactNode }) {
  return (
    <Radix.Content value={value} className={classNames("min-h-0 flex-1 focus-visible:-outline-offset-2", className)}>
      {children}
    </Radix.Content>
  );
}
