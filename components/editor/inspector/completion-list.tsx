"use client";

import { useEffect, useRef } from "react";
import { classNames } from "../../ui/class-names.ts";
import type { ScopeEntry } from "../expression/scope.ts";
import { shortValue } from "../expression/short-value.ts";

interface CompletionListProps {
  id: string;
  offers: readonly ScopeEntry[];
  chosen: number;
  onTake(index: number): void;
  onHover(index: number): void;
}

/** What can be read here, with its type or its value in the last run. The field above it keeps the keyboard. */
export function CompletionList({ id, offers, chosen, onTake, onHover }: CompletionListProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Below a tall field it would open out of sight.
    list.current?.scrollIntoView({ block: "nearest" });
  }, []);
  useEffect(() => {
    list.current?.children[chosen]?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  return (
    <div
      ref={list}
      id={id}
      role="listbox"
      aria-label="What can be read here"
      tabIndex={-1}
      className="absolute inset-x-0 top-full z-30 mt-1 max-h-56 overflow-y-auto rounded-lg border border-line bg-raised p-1 shadow-raised"
    >
      {offers.map((offer, index) => (
        <div
          key={offer.path}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === chosen}
          tabIndex={-1}
          className={classNames(
            "flex cursor-default items-baseline gap-2 rounded-md px-2 py-1",
            index === chosen && "bg-hover",
          )}
          // Before the field loses the cursor.
          onMouseDown={(event) => {
            event.preventDefault();
            onTake(index);
          }}
          onMouseEnter={() => onHover(index)}
        >
          <code className="min-w-0 flex-1 truncate font-mono text-xs">{offer.path}</code>
          <span className="max-w-40 shrink-0 truncate text-2xs text-subtle">
            {offer.sample === undefined ? (offer.depth === 0 ? offer.label : offer.type) : shortValue(offer.sample)}
          </span>
        </div>
      ))}
    </div>
  );
}
