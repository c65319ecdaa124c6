"use client";

import { Search, X } from "lucide-react";
import type { ComponentProps } from "react";
import { classNames } from "./class-names.ts";
import { Input } from "./input.tsx";

interface SearchInputProps extends Omit<ComponentProps<"input">, "onChange" | "value" | "type"> {
  label: string;
  value: string;
  onValueChange(value: string): void;
}

/** A search field with a clear button; Escape clears it. */
export function SearchInput({ label, value, onValueChange, className, ...rest }: SearchInputProps) {
  return (
    <div className={classNames("relative", className)}>
      <Search aria-hidden className="pointer-events-none absolute top-1/2 left-2 size-4 -translate-y-1/2 text-subtle" />
      <Input
        type="search"
        aria-label={label}
        placeholder={label}
        value={value}
        onChange={(event) => onValueChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape" && value !== "") {
            event.stopPropagation();
            onValueChange("");
          }
        }}
        className="h-7 px-7 text-xs text-ellipsis [&::-webkit-search-cancel-button]:hidden"
        {...rest}
      />
      {value !== "" && (
        <button
          type="button"
          aria-label="Clear the search"
          onClick={() => onValueChange("")}
          className="absolute top-1/2 right-1 grid size-6 -translate-y-1/2 place-items-center rounded-md text-subtle hover:text-ink"
        >
          <X aria-hidden className="size-3.5" />
        </button>
      )}
    </div>
  );
}
