"use client";

import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { classNames } from "./class-names.ts";
import { CopyButton } from "./copy-button.tsx";

/** Children drawn at once; the rest comes on request, so that a list of 10,000 does not freeze the page. */
const pageSize = 100;
const longText = 600;

interface JsonViewProps {
  value: unknown;
  /** Names the value for screen readers and for the copy button. */
  label: string;
  /** Levels open at first. */
  open?: number;
  className?: string;
}

/** A JSON value as a tree that opens and closes. */
export function JsonView({ value, label, open = 2, className }: JsonViewProps) {
  return (
    <div className={classNames("relative rounded-md border border-line bg-sunken", className)}>
      <div className="max-h-[480px] overflow-auto p-2.5 pr-10 font-mono text-xs">
        <Entry name={null} value={value} depth={0} open={open} />
      </div>
      <div className="absolute top-1.5 right-1.5">
        <CopyButton text={() => JSON.stringify(value, null, 2) ?? "null"} label={`Copy ${label}`} />
      </div>
    </div>
  );
}

interface EntryProps {
  name: string | null;
  value: unknown;
  depth: number;
  open: number;
}

function Entry({ name, value, depth, open }: EntryProps) {
  if (typeof value === "object" && value !== null)
    return <Branch name={name} value={value} depth={depth} open={open} />;
  return (
    <div className="flex gap-1.5 pl-4">
      {name !== null && <Name text={name} />}
      <Leaf value={value} />
    </div>
  );
}

function Branch({ name, value, depth, open }: EntryProps & { value: object }) {
  const [shown, setShown] = useState(depth < open);
  const [limit, setLimit] = useState(pageSize);
  const list = Array.isArray(value);
  const entries = shown ? Object.entries(value) : [];
  const size = list ? value.length : Object.keys(value).length;
  const [first, last] = list ? ["[", "]"] : ["{", "}"];
  if (size === 0) {
    return (
      <div className="flex gap-1.5 pl-4">
        {name !== null && <Name text={name} />}
        <span className="text-subtle">
          {first}
          {last}
        </span>
      </div>
    );
  }
  return (
    <div>
      <button
        type="button"
        aria-expanded={shown}
        onClick={() => setShown(!shown)}
        className="flex items-center gap-1 rounded-[4px] pr-1 hover:bg-hover"
      >
        <ChevronRight
          aria-hidden
          className={classNames("size-3 text-subtle transition-transform", shown && "rotate-90")}
        />
        {name !== null && <Name text={name} />}
        <span className="text-subtle">
          {list ? `${size} ${size === 1 ? "item" : "items"}` : `${size} ${size === 1 ? "field" : "fields"}`}
        </span>
      </button>
      {shown && (
        <div className="ml-1.5 border-l border-line pl-1.5">
          {entries.slice(0, limit).map(([key, child]) => (
            <Entry key={key} name={key} value={child} depth={depth + 1} open={open} />
          ))}
          {size > limit && (
            <button
              type="button"
              onClick={() => setLimit(limit + pageSize)}
              className="pl-4 text-accent-text hover:underline"
            >
              {size - limit} more
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function Name({ text }: { text: string }) {
  return <span className="shrink-0 text-muted">{text}:</span>;
}

function Leaf({ value }: { value: unknown }) {
  const [whole, setWhole] = useState(false);
  if (typeof value === "string") {
    const cut = !whole && value.length > longText;
    return (
      <span className="min-w-0 break-words whitespace-pre-wrap text-completed">
        {`"${cut ? value.slice(0, longText) : value}"`}
        {cut && (
          <button type="button" onClick={() => setWhole(true)} className="ml-1 text-accent-text hover:underline">
            {(value.length - longText).toLocaleString("en")} more characters
          </button>
        )}
      </span>
    );
  }
  if (typeof value === "number") return <span className="text-running tabular-nums">{String(value)}</span>;
  return <span className="text-paused">{value === undefined ? "undefined" : String(value)}</span>;
}
