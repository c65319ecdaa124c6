"use client";

import { useState } from "react";
import { isJsonObject, type Json } from "../../engine/json.ts";
import { JsonView } from "../ui/json-view.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { Markdown } from "../ui/markdown.tsx";
import { isProse, readingOrder } from "./prose.ts";
import { SegmentedControl } from "../ui/segmented-control.tsx";

interface ValueViewProps {
  value: Json;
  /** What the value is, for screen readers. */
  label: string;
}

/** A value for reading: text as Markdown, an object field by field; or as JSON, exactly. */
export function ValueView({ value, label }: ValueViewProps) {
  const [as, setAs] = useState<"reading" | "json">("reading");
  if (value === null) return <p className="text-sm text-subtle">Nothing.</p>;
  if (typeof value === "string") {
    return (
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <Markdown text={value} />
        </div>
        <CopyButton text={value} label={`Copy ${label}`} />
      </div>
    );
  }
  if (!isJsonObject(value) || !hasProse(value)) return <JsonView value={value} label={label} />;
  return (
    <div className="grid gap-3">
      <SegmentedControl
        label={`How to show ${label}`}
        className="justify-self-end"
        value={as}
        onValueChange={setAs}
        options={[
          { value: "reading", label: "Reading" },
          { value: "json", label: "JSON" },
        ]}
      />
      {as === "json" ? <JsonView value={value} label={label} /> : <Fields value={value} />}
    </div>
  );
}

/** Where no field is longer than a label, the tree reads better than headings. */
function hasProse(value: Record<string, Json>): boolean {
  return Object.values(value).some(isProse);
}

function Fields({ value }: { value: Record<string, Json> }) {
  return (
    <dl className="grid gap-4">
      {readingOrder(value).map(([name, field]) => (
        <div key={name} className="grid gap-1">
          <dt className="flex min-h-7 items-center gap-1 font-mono text-2xs text-subtle">
            <span className="flex-1">{name}</span>
            {isProse(field) && <CopyButton text={field} label={`Copy ${name}`} />}
          </dt>
          <dd className="min-w-0">
            {typeof field === "string" ? (
              <Markdown text={field} />
            ) : typeof field === "object" && field !== null ? (
              <JsonView value={field} label={name} open={1} />
            ) : (
              <span className="figures">{String(field)}</span>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
