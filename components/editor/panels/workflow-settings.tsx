"use client";

import { Plus, Trash2 } from "lucide-react";
import { useMemo } from "react";
import type { JsonObject } from "../../../engine/json.ts";
import { identifierPattern, settingsSchema, variableSchema, type WorkflowFile } from "../../../engine/workflow/file.ts";
import { Button } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { IconButton } from "../../ui/icon-button.tsx";
import { Input, Textarea } from "../../ui/input.tsx";
import { Select } from "../../ui/select.tsx";
import { useEditor, useEditorState } from "../editor-context.tsx";
import { ObjectFields } from "../inspector/config-fields.tsx";
import { InspectorProvider } from "../inspector/inspector-context.tsx";
import { JsonText } from "../inspector/json-text.tsx";
import { NumberField } from "../inspector/number-field.tsx";
import { SchemaField } from "../inspector/schema-field.tsx";
import { useLastRun } from "../run/use-live.ts";

/** What belongs to the workflow as a whole: its name, the form that starts it, its variables and limits. */
export function WorkflowSettings() {
  const { editor, mayWrite } = useEditor();
  const file = useEditorState((state) => state.file);
  const problems = useEditorState((state) => state.problems);
  const run = useLastRun();
  const inspector = useMemo(
    () => ({
      nodeId: "",
      scope: [],
      samples: (run === null ? {} : { input: run.input }) as JsonObject,
      problems,
      index: -1,
      readOnly: !mayWrite,
      ObjectFields,
      setTarget: () => undefined,
    }),
    [run, problems, mayWrite],
  );
  const patch = (change: Partial<WorkflowFile>, merge: string) =>
    editor.apply((before) => ({ ...before, ...change }), { label: "Change the workflow", merge });
  return (
    <InspectorProvider value={inspector}>
      <div className="min-h-0 flex-1 overflow-y-auto p-3">
        <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
          <NameFields file={file} patch={patch} />
          <div className="grid gap-2">
            <h3 className="text-xs font-medium">What a run is started with</h3>
            <p className="text-xs text-subtle">
              These fields make the form that starts a run; steps read them as input.
            </p>
            <SchemaField
              label="Input"
              value={file.input}
              nullable={false}
              onChange={(input) => patch({ input: input as JsonObject }, "input")}
            />
          </div>
          <Variables file={file} patch={patch} />
          <Limits file={file} patch={patch} />
        </div>
      </div>
    </InspectorProvider>
  );
}

interface PartProps {
  file: WorkflowFile;
  patch(change: Partial<WorkflowFile>, merge: string): void;
}

function NameFields({ file, patch }: PartProps) {
  const { mayWrite } = useEditor();
  return (
    <>
      <Field
        label="Name"
        required
        error={file.name.trim() === "" ? "A workflow needs a name; it is not saved without one." : null}
      >
        {(control) => (
          <Input
            {...control}
            value={file.name}
            maxLength={200}
            readOnly={!mayWrite}
            dir="auto"
            onChange={(event) => patch({ name: event.target.value }, "name")}
          />
        )}
      </Field>
      <Field label="What it is for" required>
        {(control) => (
          <Textarea
            {...control}
            required={false}
            rows={3}
            maxLength={10_000}
            value={file.description}
            readOnly={!mayWrite}
            dir="auto"
            onChange={(event) => patch({ description: event.target.value }, "description")}
          />
        )}
      </Field>
    </>
  );
}

const variableTypes = ["any", "string", "number", "boolean", "object", "array"] as const;
const typeWords: Record<(typeof variableTypes)[number], string> = {
  any: "Anything",
  string: "Text",
  number: "Number",
  boolean: "Yes or no",
  object: "Object",
  array: "List",
};

function Variables({ file, patch }: PartProps) {
  const { mayWrite } = useEditor();
  const { variables } = file;
  const change = (index: number, next: Partial<(typeof variables)[number]>) =>
    patch(
      { variables: variables.map((each, at) => (at === index ? { ...each, ...next } : each)) },
      `variable:${index}`,
    );
  return (
    <div className="grid gap-2">
      <h3 className="text-xs font-medium">Variables</h3>
      <p className="text-xs text-subtle">Written by “Set variables” steps, read as vars.</p>
      {variables.map((variable, index) => {
        const fault =
          !identifierPattern.test(variable.name) ||
          variables.some((each, at) => at !== index && each.name === variable.name);
        return (
          <div key={index} className="grid gap-1.5 rounded-md border border-line p-2">
            <div className="flex items-center gap-1.5">
              <Input
                aria-label={`Name of variable ${index + 1}`}
                aria-invalid={fault || undefined}
                value={variable.name}
                readOnly={!mayWrite}
                className="min-w-0 flex-1 font-mono text-xs"
                onChange={(event) => change(index, { name: event.target.value })}
              />
              <Select
                label={`Type of ${variable.name}`}
                value={variable.type}
                disabled={!mayWrite}
                className="w-28"
                onValueChange={(type) => change(index, { type: variableSchema.shape.type.parse(type) })}
                options={variableTypes.map((value) => ({ value, label: typeWords[value] }))}
              />
              {mayWrite && (
                <IconButton
                  label={`Take out ${variable.name}`}
                  icon={<Trash2 aria-hidden />}
                  onClick={() => patch({ variables: variables.filter((_each, at) => at !== index) }, "variables")}
                />
              )}
            </div>
            <div className="flex items-center gap-2 text-xs text-muted">
              <span className="shrink-0">At first</span>
              <div className="min-w-0 flex-1">
                <JsonText
                  label={`First value of ${variable.name}`}
                  value={variable.default}
                  onChange={(value) => change(index, { default: value })}
                />
              </div>
            </div>
            {fault && <p className="text-xs text-failed">Letters, digits and _, a letter first, and each name once.</p>}
          </div>
        );
      })}
      {mayWrite && (
        <Button
          className="justify-self-start"
          onClick={() =>
            patch({ variables: [...variables, { name: freshVariable(file), type: "any", default: null }] }, "variables")
          }
        >
          <Plus aria-hidden /> Add a variable
        </Button>
      )}
    </div>
  );
}

function freshVariable(file: WorkflowFile): string {
  let number = file.variables.length + 1;
  while (file.variables.some((each) => each.name === `variable_${number}`)) number += 1;
  return `variable_${number}`;
}

function Limits({ file, patch }: PartProps) {
  const { mayWrite } = useEditor();
  const { settings } = file;
  const change = (next: Partial<typeof settings>) => patch({ settings: { ...settings, ...next } }, "settings");
  return (
    <div className="grid gap-4">
      <h3 className="text-xs font-medium">Limits</h3>
      <Field label="Steps at work at once" required hint="Steps that wait for a person or a time do not count.">
        {(control) => (
          <NumberField
            control={control}
            shape={{ kind: "number", integer: true, duration: false, min: 1, max: 1_000 }}
            value={settings.maxConcurrency}
            optional={false}
            onChange={(value) => typeof value === "number" && change({ maxConcurrency: value })}
          />
        )}
      </Field>
      <Field label="Time limit of a run" required>
        {(control) => (
          <NumberField
            control={control}
            shape={{ kind: "number", integer: true, duration: true, min: 1_000, max: 31_536_000_000 }}
            value={settings.timeoutMs}
            optional={false}
            onChange={(value) => typeof value === "number" && change({ timeoutMs: value })}
          />
        )}
      </Field>
      <Field label="Budget of a run in US dollars" hint="Empty: none.">
        {(control) => (
          <NumberField
            control={control}
            shape={{ kind: "number", integer: false, duration: false, min: 0.000_001, max: null }}
            value={settings.budgetUsd ?? undefined}
            optional
            onChange={(value) => change({ budgetUsd: typeof value === "number" ? value : null })}
          />
        )}
      </Field>
      {settings.budgetUsd !== null && (
        <Field label="When the budget is spent" required hint="A person who is asked finds the question in the inbox.">
          {({ id }) => (
            <Select
              id={id}
              value={settings.onBudget}
              disabled={!mayWrite}
              onValueChange={(value) => change({ onBudget: settingsSchema.shape.onBudget.parse(value) })}
              options={[
                { value: "stop", label: "Fail the step" },
                { value: "ask", label: "Ask a person to raise it" },
              ]}
            />
          )}
        </Field>
      )}
      <Field label="When a step fails for good" required>
        {({ id }) => (
          <Select
            id={id}
            value={settings.onFailure}
            disabled={!mayWrite}
            onValueChange={(value) => change({ onFailure: settingsSchema.shape.onFailure.parse(value) })}
            options={[
              { value: "stop", label: "Stop the run" },
              { value: "finishOthers", label: "Finish what the failure does not feed" },
            ]}
          />
        )}
      </Field>
    </div>
  );
}
