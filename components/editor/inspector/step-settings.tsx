"use client";

import { ChevronRight } from "lucide-react";
import { useState } from "react";
import type { Json } from "../../../engine/json.ts";
import { nodeSchema, type OnError, retrySchema, type WorkflowNode } from "../../../engine/workflow/file.ts";
import { Field } from "../../ui/field.tsx";
import { Input } from "../../ui/input.tsx";
import { Select } from "../../ui/select.tsx";
import { Switch } from "../../ui/switch.tsx";
import { classNames } from "../../ui/class-names.ts";
import { useEditorState } from "../editor-context.tsx";
import { definitionOf, incoming } from "../store/graph.ts";
import { formOf } from "./form-model.ts";
import { useInspector } from "./inspector-context.tsx";
import { JsonText } from "./json-text.tsx";
import { NumberField } from "./number-field.tsx";
import { RetryLimits } from "./retry-limits.tsx";

interface StepSettingsProps {
  node: WorkflowNode;
  container: boolean;
  onChange(patch: Partial<WorkflowNode>): void;
}

const plain = { integer: true, duration: false } as const;
const duration = { kind: "number", integer: true, duration: true } as const;

/** What every step has: when it starts, how often it is tried, how long it may take, what happens when it fails. */
export function StepSettings({ node, container, onChange }: StepSettingsProps) {
  const { readOnly, problems, index } = useInspector();
  const own = problems.some(({ path }) => path[1] === index && path[2] !== undefined && path[2] !== "config");
  const [opened, setOpened] = useState(false);
  const open = opened || own;
  const effect = definitionOf(node)?.behaviour === "effect";
  const retry = node.retry ?? retrySchema.parse({ maxAttempts: effect ? 3 : 1 });
  return (
    <div className="border-t pt-3">
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpened(!open)}
        className="flex w-full items-center gap-1 rounded-md text-xs font-medium text-muted hover:text-ink"
      >
        <ChevronRight aria-hidden className={classNames("size-3.5 transition-transform", open && "rotate-90")} />
        Order, retries and failure
        <span className="ml-auto font-normal text-subtle">{wordsOf(node)}</span>
      </button>
      {open && (
        <div className="mt-3 grid gap-4">
          <JoinField node={node} onChange={onChange} />
          {effect && (
            <div className="grid grid-cols-2 gap-3">
              <Field label="Attempts" required hint="How often it is tried in all.">
                {(control) => (
                  <NumberField
                    control={control}
                    shape={{ kind: "number", ...plain, min: 1, max: 20 }}
                    value={retry.maxAttempts}
                    optional={false}
                    onChange={(value) =>
                      typeof value === "number" && onChange({ retry: { ...retry, maxAttempts: value } })
                    }
                  />
                )}
              </Field>
              <Field label="Pause grows" required>
                {({ id }) => (
                  <Select
                    id={id}
                    value={retry.backoff}
                    disabled={readOnly}
                    onValueChange={(value) => onChange({ retry: retrySchema.parse({ ...retry, backoff: value }) })}
                    options={[
                      { value: "exponential", label: "Doubling" },
                      { value: "linear", label: "Evenly" },
                      { value: "fixed", label: "Not at all" },
                    ]}
                  />
                )}
              </Field>
              <Field label="First pause" required className="col-span-2">
                {(control) => (
                  <NumberField
                    control={control}
                    shape={{ ...duration, min: 0, max: 3_600_000 }}
                    value={retry.delayMs}
                    optional={false}
                    onChange={(value) => typeof value === "number" && onChange({ retry: { ...retry, delayMs: value } })}
                  />
                )}
              </Field>
            </div>
          )}
          {(effect || container) && (
            <Field label="Time limit" hint="It fails when it takes longer. Empty: no limit of its own.">
              {(control) => (
                <NumberField
                  control={control}
                  shape={{ ...duration, min: 1, max: 86_400_000 }}
                  value={node.timeoutMs}
                  optional
                  onChange={(value) => onChange({ timeoutMs: typeof value === "number" ? value : undefined })}
                />
              )}
            </Field>
          )}
          {effect && <RetryLimits node={node} retry={retry} onChange={onChange} />}
          <ErrorField node={node} onChange={onChange} />
          <MoreFields node={node} onChange={onChange} />
          <Field
            label="Cannot be undone"
            required
            hint="A step like a payment: never approved by a deadline that passes."
          >
            {({ id }) => (
              <Switch
                id={id}
                checked={node.irreversible}
                disabled={readOnly}
                onCheckedChange={(irreversible) => onChange({ irreversible })}
              />
            )}
          </Field>
        </div>
      )}
    </div>
  );
}

function wordsOf(node: WorkflowNode): string {
  const words: string[] = [];
  if (node.join !== "all")
    words.push(
      typeof node.join === "object" ? `${node.join.atLeast} in` : node.join === "any" ? "first in" : "each in",
    );
  if (node.retry !== undefined) words.push(`${node.retry.maxAttempts} tries`);
  if (node.onError !== "fail")
    words.push(
      typeof node.onError === "object"
        ? "default on error"
        : node.onError === "port"
          ? "error port"
          : node.onError === "escalate"
            ? "asks on error"
            : "skips errors",
    );
  return words.join(", ");
}

type StepFieldProps = Omit<StepSettingsProps, "container">;

function JoinField({ node, onChange }: StepFieldProps) {
  const { readOnly } = useInspector();
  const count = useEditorState((state) => incoming(state.file, node.id).length);
  if (count < 2 && node.join === "all") return null;
  const mode = typeof node.join === "object" ? "atLeast" : node.join;
  return (
    <div data-field="join">
      <Field label="Starts when" required hint="Edges that were not taken count as decided.">
        {({ id }) => (
          <div className="flex gap-2">
            <Select
              id={id}
              value={mode}
              disabled={readOnly}
              onValueChange={(next) =>
                onChange({
                  join:
                    next === "atLeast"
                      ? { atLeast: Math.max(1, count) }
                      : next === "any" || next === "each"
                        ? next
                        : "all",
                })
              }
              options={[
                { value: "all", label: "all that lead here are decided" },
                { value: "any", label: "the first arrives" },
                { value: "each", label: "each arrives, once for each" },
                { value: "atLeast", label: "so many arrive" },
              ]}
            />
            {typeof node.join === "object" && (
              <Input
                aria-label="How many"
                type="number"
                min={1}
                max={Math.max(1, count)}
                value={node.join.atLeast}
                readOnly={readOnly}
                className="w-20 tabular-nums"
                onChange={(event) =>
                  onChange({ join: { atLeast: Math.min(1_000, Math.max(1, Math.round(Number(event.target.value)))) } })
                }
              />
            )}
          </div>
        )}
      </Field>
    </div>
  );
}

/** What the file's own schema says of every step beyond that, as it says it. */
const more = formOf(
  nodeSchema.pick({ escalateTo: true, cancelOthers: true, on: true, limit: true, compensatedBy: true, contract: true }),
);

function MoreFields({ node, onChange }: StepFieldProps) {
  const { ObjectFields } = useInspector();
  if (more.kind !== "object") return null;
  const fields = more.fields.filter(
    ({ key }) =>
      (key !== "escalateTo" || node.onError === "escalate") && (key !== "cancelOthers" || node.join !== "all"),
  );
  const value = Object.fromEntries(
    more.fields.flatMap(({ key }): [string, Json][] => {
      const field = node[key as keyof WorkflowNode];
      return field === undefined ? [] : [[key, field as Json]];
    }),
  );
  return (
    <ObjectFields
      fields={fields}
      value={value}
      path={[]}
      onChange={(next) =>
        onChange(Object.fromEntries(more.fields.map(({ key, fallback }) => [key, next[key] ?? fallback])))
      }
    />
  );
}

function ErrorField({ node, onChange }: StepFieldProps) {
  const { readOnly } = useInspector();
  const mode = typeof node.onError === "object" ? "value" : node.onError;
  return (
    <div data-field="onError" className="grid gap-2">
      <Field label="When it fails" required>
        {({ id }) => (
          <Select
            id={id}
            value={mode}
            disabled={readOnly}
            onValueChange={(next) => onChange({ onError: onErrorOf(next) })}
            options={[
              { value: "fail", label: "the run fails" },
              { value: "skip", label: "what follows is skipped" },
              { value: "value", label: "go on with a default" },
              { value: "port", label: "take its error port" },
              { value: "escalate", label: "ask a person what to do" },
            ]}
          />
        )}
      </Field>
      {typeof node.onError === "object" && (
        <JsonText
          label="Default that stands in for its output"
          value={node.onError.value}
          onChange={(value) => onChange({ onError: { value } })}
        />
      )}
    </div>
  );
}

function onErrorOf(mode: string): OnError {
  if (mode === "value") return { value: null };
  return mode === "skip" || mode === "port" || mode === "escalate" ? mode : "fail";
}
