"use client";

import { useDeferredValue, useMemo } from "react";
import type { Json } from "../../../engine/json.ts";
import { type Preview, previewOf } from "../expression/preview.ts";
import { useInspector } from "./inspector-context.tsx";

const mostShown = 600;
/** Longer texts were pasted, not written: evaluating them at each key would hold up the typing. */
const mostEvaluated = 100_000;

function isLong(value: Json): boolean {
  return typeof value === "string" && value.length > mostEvaluated;
}

/** What a field gives with the values of the last run, as it is typed. */
export function ExpressionPreview({ value }: { value: Json }) {
  const { samples } = useInspector();
  const settled = useDeferredValue(value);
  const preview = useMemo(
    (): Preview => (isLong(settled) ? { kind: "unknown" } : previewOf(settled, samples)),
    [settled, samples],
  );
  // Before there is a run, saying so under every field would be noise; the output column says it once.
  if (preview.kind === "unknown") return null;
  if (preview.kind === "fault") {
    return (
      <p className="text-2xs break-words text-failed" data-testid="preview-fault">
        {preview.words}
      </p>
    );
  }
  const text = typeof preview.value === "string" ? preview.value : JSON.stringify(preview.value, null, 1);
  return (
    <p
      className="line-clamp-3 rounded-md bg-sunken px-2 py-1 font-mono text-2xs break-words whitespace-pre-wrap text-muted"
      data-testid="preview"
      title="With the values of the last run"
    >
      <span className="mr-1 text-completed">=</span>
      {text.slice(0, mostShown)}
    </p>
  );
}
