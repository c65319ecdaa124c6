"use client";

import { useState } from "react";
import { isJsonObject, type Json } from "../../engine/json.ts";
import { isReference } from "../../engine/run/artifact.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { JsonView } from "../ui/json-view.tsx";
import { SegmentedControl } from "../ui/segmented-control.tsx";
import { LongText } from "./long-text.tsx";
import { isProse, readingOrder } from "./prose.ts";
import { ArtifactView } from "./artifact-view.tsx";

interface ValueViewProps {
  value: Json;
  /** What the value is, for screen readers. */
  label: string;
  /** Left out where the whole can be copied beside it already. */
  copies?: boolean;
}

type Way = "reading" | "json" | "raw";

const wayLabels: Record<Way, string> = { reading: "Reading", json: "JSON", raw: "Raw" };

/**
 * A value for reading: text formatted, an object field by field; as a JSON tree; or raw, exactly as it is. One that is too large to come
 * with its run is fetched when it is asked for.
 */
export function ValueView({ value, label, copies = true }: ValueViewProps) {
  if (!isReference(value)) return <InlineValue value={value} label={label} copies={copies} />;
  return (
    <ArtifactView key={value.$artifact} reference={value} label={label}>
      {(whole) => <InlineValue value={whole} label={label} copies={copies} />}
    </ArtifactView>
  );
}

function InlineValue({ value, label, copies }: Required<ValueViewProps>) {
  const [asked, setAsked] = useState<Way | null>(null);
  if (value === null) return <p className="text-sm text-subtle">Nothing.</p>;
  const ways = waysOf(value);
  const as = asked !== null && ways.includes(asked) ? asked : (ways[0] ?? "reading");
  return (
    <div className="grid min-w-0 gap-2">
      {ways.length > 1 && (
        <div className="flex items-center justify-end gap-1">
          <SegmentedControl
            label={`How to show ${label}`}
            value={as}
            onValueChange={setAsked}
            options={ways.map((way) => ({ value: way, label: wayLabels[way] }))}
          />
          {copies && (as === "raw" || typeof value === "string") && (
            <CopyButton text={() => rawOf(value)} label={`Copy ${label}`} />
          )}
        </div>
      )}
      <Shown value={value} label={label} as={as} />
    </div>
  );
}

function Shown({ value, label, as }: Omit<ValueViewProps, "copies"> & { as: Way }) {
  if (as === "raw") {
    return (
      <div className="max-h-[640px] overflow-auto rounded-md border border-line bg-sunken p-2.5">
        <LongText text={rawOf(value)} as="plain" />
      </div>
    );
  }
  if (as === "json" || typeof value !== "object" || value === null) {
    if (as === "reading" && typeof value === "string") return <LongText text={value} as="formatted" />;
    return <JsonView value={value} label={label} />;
  }
  return isJsonObject(value) ? <Fields value={value} /> : <JsonView value={value} label={label} />;
}

/** The ways that make sense for a value, the best for people first. Where no field is longer than a label, the tree reads better. */
function waysOf(value: Json): Way[] {
  if (typeof value === "string") return isProse(value) ? ["reading", "raw"] : ["reading"];
  if (typeof value !== "object" || value === null) return ["json"];
  if (isJsonObject(value) && Object.values(value).some(isProse)) return ["reading", "json", "raw"];
  return ["json", "raw"];
}

function rawOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}

function Fields({ value }: { value: Record<string, Json> }) {
  return (
    <dl className="grid min-w-0 gap-4">
      {readingOrder(value).map(([name, field]) => (
        <div key={name} className="grid min-w-0 gap-1">
          <dt className="flex min-h-7 items-center gap-1 font-mono text-2xs text-subtle">
            <span className="min-w-0 flex-1 truncate" dir="auto">
              {name}
            </span>
            {isProse(field) && <CopyButton text={field} label={`Copy ${name}`} />}
          </dt>
          <dd className="min-w-0">
            {typeof field === "string" ? (
              <LongText text={field} as="formatted" />
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
