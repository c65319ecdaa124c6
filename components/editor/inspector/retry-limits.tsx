"use client";

import { errorKinds, errorKindSchema, type ErrorKind } from "../../../engine/errors.ts";
import type { Retry, WorkflowNode } from "../../../engine/workflow/file.ts";
import { Checkbox } from "../../ui/checkbox.tsx";
import { Field } from "../../ui/field.tsx";
import { useInspector } from "./inspector-context.tsx";
import { NumberField } from "./number-field.tsx";

const words: Record<ErrorKind, string> = {
  timeout: "It took too long",
  "rate-limit": "Asked too often (429)",
  unavailable: "Away or failing",
  "bad-output": "Answered in the wrong form",
  "sub-workflow": "A sub-workflow failed",
  other: "Anything else that may pass",
};

interface RetryLimitsProps {
  node: WorkflowNode;
  retry: Retry;
  onChange(patch: Partial<WorkflowNode>): void;
}

/** Which failures are worth another attempt, and how long all attempts may take together. */
export function RetryLimits({ node, retry, onChange }: RetryLimitsProps) {
  const { readOnly } = useInspector();
  const chosen = retry.on ?? errorKinds;
  function choose(kind: ErrorKind, on: boolean) {
    const next = errorKinds.filter((each) => (each === kind ? on : chosen.includes(each)));
    const { on: _all, ...rest } = retry;
    // All of them is the same as naming none; none at all would be one attempt, which has its own field.
    if (next.length > 0) onChange({ retry: next.length === errorKinds.length ? rest : { ...rest, on: [...next] } });
  }
  return (
    <>
      <Field label="Time limit of all attempts" hint="With the pauses between them. Empty: none.">
        {(control) => (
          <NumberField
            control={control}
            shape={{ kind: "number", integer: true, duration: true, min: 1, max: 31_536_000_000 }}
            value={node.totalTimeoutMs}
            optional
            onChange={(value) => onChange({ totalTimeoutMs: typeof value === "number" ? value : undefined })}
          />
        )}
      </Field>
      <fieldset className="grid gap-1.5" disabled={readOnly}>
        <legend className="mb-1.5 text-xs font-medium">Tried again after</legend>
        {errorKinds.map((kind) => (
          <label key={kind} htmlFor={`retry-${node.id}-${kind}`} className="flex items-center gap-2 text-sm">
            <Checkbox
              id={`retry-${node.id}-${kind}`}
              checked={chosen.includes(kind)}
              onCheckedChange={(on) => choose(errorKindSchema.parse(kind), on)}
            />
            {words[kind]}
          </label>
        ))}
      </fieldset>
    </>
  );
}
