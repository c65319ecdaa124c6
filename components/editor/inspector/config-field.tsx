"use client";

import { Braces } from "lucide-react";
import type { Json } from "../../../engine/json.ts";
import { classNames } from "../../ui/class-names.ts";
import { Field, type FieldControl } from "../../ui/field.tsx";
import { IconButton } from "../../ui/icon-button.tsx";
import { Switch } from "../../ui/switch.tsx";
import { hasExpression } from "../expression/preview.ts";
import { AgentField } from "./agent-field.tsx";
import { ChoiceField, ChoiceOrNumberField, ChoicesField } from "./choice-fields.tsx";
import { CredentialField } from "./credential-field.tsx";
import { ExpressionInput } from "./expression-input.tsx";
import type { FieldModel } from "./form-model.ts";
import { firstValue } from "./form-model.ts";
import { useFieldProblem, useInspector } from "./inspector-context.tsx";
import { JsonField } from "./json-field.tsx";
import { ListField } from "./list-field.tsx";
import { NumberField } from "./number-field.tsx";
import { RecordField } from "./record-field.tsx";
import { SchemaField } from "./schema-field.tsx";
import { VariantFields } from "./variant-fields.tsx";

interface ConfigFieldProps {
  field: FieldModel;
  value: Json | undefined;
  path: readonly (string | number)[];
  /** Undefined takes the field out: its default holds again. */
  onChange(value: Json | undefined): void;
}

const compound = new Set(["object", "list", "record", "variants", "schema"]);

/** One setting: its name, its control, what it is for, and what is wrong with it. */
export function ConfigField({ field, value, path, onChange }: ConfigFieldProps) {
  const { readOnly } = useInspector();
  const inside = compound.has(field.shape.kind);
  const problem = useFieldProblem(path, !inside);
  const current = value ?? field.fallback;
  const written = typeof current === "string" && hasExpression(current);
  const label = (
    <span className="flex min-w-0 flex-1 items-center gap-1">
      {field.label}
      {switchable(field) && !readOnly && (
        <IconButton
          label={written ? "Set a fixed value" : "Use an expression"}
          icon={<Braces aria-hidden />}
          aria-pressed={written}
          className={written ? "ml-auto size-5 text-accent-text [&_svg]:size-3.5" : "ml-auto size-5 [&_svg]:size-3.5"}
          onClick={() => onChange(written ? firstValue({ ...field, template: false }) : expressionOf(current))}
        />
      )}
    </span>
  );
  return (
    <div data-field={path.join(".")} className={classNames("min-w-0", path.length > 2 && !field.half && "col-span-2")}>
      <Field
        label={label}
        required={field.required || (!field.nullable && field.fallback !== undefined) || field.shape.kind === "boolean"}
        error={problem}
        {...(field.help === "" ? {} : { hint: field.help })}
      >
        {(control) => (
          <FieldControlOf field={field} value={current} path={path} control={control} onChange={onChange} />
        )}
      </Field>
    </div>
  );
}

/** Controls that are no text show a button to write an expression instead. */
function switchable(field: FieldModel): boolean {
  return (
    field.template && (field.shape.kind === "number" || field.shape.kind === "boolean" || field.shape.kind === "choice")
  );
}

function expressionOf(value: Json | undefined): string {
  return `{{ ${JSON.stringify(value ?? null)} }}`;
}

interface ControlProps extends ConfigFieldProps {
  control: FieldControl;
}

function FieldControlOf({ field, value, path, control, onChange }: ControlProps) {
  const { readOnly } = useInspector();
  const { shape } = field;
  if (typeof value === "string" && field.template && hasExpression(value) && shape.kind !== "json") {
    return (
      <ExpressionInput control={control} value={value} onChange={onChange} long={shape.kind === "text" && shape.long} />
    );
  }
  switch (shape.kind) {
    case "text":
      return (
        <ExpressionInput
          control={control}
          value={typeof value === "string" ? value : ""}
          long={shape.long}
          placeholder={field.placeholder}
          onChange={(text) => onChange(text === "" && field.nullable ? null : text)}
        />
      );
    case "credential":
      return <CredentialField control={control} value={value} onChange={onChange} />;
    case "agent":
      return <AgentField control={control} value={value} onChange={onChange} />;
    case "number":
      return (
        <NumberField control={control} shape={shape} value={value} optional={!field.required} onChange={onChange} />
      );
    case "boolean":
      return (
        <Switch
          id={control.id}
          aria-describedby={control["aria-describedby"]}
          checked={value === true}
          disabled={readOnly}
          onCheckedChange={onChange}
        />
      );
    case "choice":
      return <ChoiceField control={control} options={shape.options} value={value} onChange={onChange} />;
    case "choice-or-number":
      return <ChoiceOrNumberField control={control} shape={shape} value={value} onChange={onChange} />;
    case "choices":
      return <ChoicesField label={field.label} options={shape.options} value={value} onChange={onChange} />;
    case "list":
      return <ListField shape={shape} value={value} path={path} onChange={onChange} />;
    case "record":
      return <RecordField shape={shape} label={field.label} value={value} path={path} onChange={onChange} />;
    case "variants":
      return <VariantFields shape={shape} value={asObject(value)} path={path} onChange={onChange} />;
    case "schema":
      return (
        <SchemaField
          label={field.label}
          value={value ?? null}
          nullable={mayBeAbsent(field)}
          onChange={(next) => onChange(next ?? absentOf(field))}
        />
      );
    case "json":
      return <JsonField control={control} value={value ?? null} onChange={onChange} />;
    case "object":
      return <InnerObject field={field} value={value} path={path} onChange={onChange} />;
  }
}

/** An object inside of an object; one that may be absent has a switch. */
function InnerObject({ field, value, path, onChange }: ConfigFieldProps) {
  const { readOnly, ObjectFields } = useInspector();
  if (field.shape.kind !== "object") return null;
  const there = typeof value === "object" && value !== null && !Array.isArray(value);
  return (
    <div className="grid gap-3 rounded-md border border-line p-3">
      {mayBeAbsent(field) && (
        <Switch
          aria-label={`Set ${field.label.toLowerCase()}`}
          checked={there}
          disabled={readOnly}
          onCheckedChange={(on) => onChange(on ? firstValue({ ...field, fallback: undefined }) : absentOf(field))}
        />
      )}
      {there && <ObjectFields fields={field.shape.fields} value={asObject(value)} path={path} onChange={onChange} />}
    </div>
  );
}

/** Whether there need be no value: null where the field knows it, else by leaving the field out. */
function mayBeAbsent(field: FieldModel): boolean {
  return field.nullable || (!field.required && field.fallback === undefined);
}

function absentOf(field: FieldModel): null | undefined {
  return field.nullable ? null : undefined;
}

function asObject(value: Json | undefined): Record<string, Json> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
