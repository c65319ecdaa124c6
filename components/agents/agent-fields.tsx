"use client";

import type { AgentSettings } from "../../engine/agent.ts";
import { isJsonObject, type Json } from "../../engine/json.ts";
import { SchemaField } from "../editor/inspector/schema-field.tsx";
import { Field } from "../ui/field.tsx";
import { Input, Textarea } from "../ui/input.tsx";
import { listOf } from "./agent-words.ts";

/** An agent as it stands in the form: texts as they are typed. */
export interface Written {
  name: string;
  description: string;
  capabilities: string;
  model: string;
  fallbackModels: string;
  instructions: string;
  temperature: string;
  maxTokens: string;
  input: Json;
  output: Json;
}

export const blank: Written = {
  name: "",
  description: "",
  capabilities: "",
  model: "",
  fallbackModels: "",
  instructions: "",
  temperature: "",
  maxTokens: "",
  input: null,
  output: null,
};

export function writtenOf(agent: {
  name: string;
  description: string;
  capabilities: readonly string[];
  settings: AgentSettings;
}): Written {
  const { settings } = agent;
  return {
    name: agent.name,
    description: agent.description,
    capabilities: agent.capabilities.join(", "),
    model: settings.model ?? "",
    fallbackModels: settings.fallbackModels.join(", "),
    instructions: settings.instructions,
    temperature: settings.temperature === null ? "" : String(settings.temperature),
    maxTokens: settings.maxTokens === null ? "" : String(settings.maxTokens),
    input: settings.input,
    output: settings.output,
  };
}

function numberOf(text: string): number | null {
  return text.trim() === "" ? null : Number(text);
}

/** What is sent; numbers that are none stay texts, which the contract refuses by their field. */
export function bodyOf(written: Written) {
  return {
    name: written.name,
    description: written.description,
    capabilities: listOf(written.capabilities),
    settings: {
      model: written.model.trim() === "" ? null : written.model,
      fallbackModels: listOf(written.fallbackModels),
      instructions: written.instructions,
      temperature: numberOf(written.temperature),
      maxTokens: numberOf(written.maxTokens),
      input: isJsonObject(written.input) ? written.input : null,
      output: isJsonObject(written.output) ? written.output : null,
    },
  };
}

interface AgentFieldsProps {
  value: Written;
  /** By field, those of the settings too. */
  faults: Readonly<Record<string, string>>;
  readOnly?: boolean;
  onChange(value: Written): void;
}

/** Everything that an agent is made of. */
export function AgentFields({ value, faults, readOnly = false, onChange }: AgentFieldsProps) {
  const text = (key: Exclude<keyof Written, "input" | "output">) => ({
    value: value[key],
    disabled: readOnly,
    onChange: (event: { target: { value: string } }) => onChange({ ...value, [key]: event.target.value }),
  });
  return (
    <fieldset disabled={readOnly} className="grid min-w-0 gap-4">
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Name" required error={faults["name"]} className="content-start">
          {(control) => <Input {...control} maxLength={80} {...text("name")} />}
        </Field>
        <Field
          className="content-start"
          label="Able to"
          hint="With commas between. Another agent able to do all of it takes over when this one fails."
          error={faults["capabilities"]}
        >
          {(control) => <Input {...control} placeholder="summarise, contract-review" {...text("capabilities")} />}
        </Field>
      </div>
      <Field label="Description" error={faults["description"]}>
        {(control) => <Input {...control} maxLength={2_000} {...text("description")} />}
      </Field>
      <Field
        label="Instructions"
        hint="Its system prompt: who it is and how it works, the same for every step."
        error={faults["instructions"]}
      >
        {(control) => <Textarea {...control} rows={8} maxLength={50_000} {...text("instructions")} />}
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Model" hint="As the provider calls it." error={faults["model"]}>
          {(control) => <Input {...control} placeholder="Default model" spellCheck={false} {...text("model")} />}
        </Field>
        <Field
          label="Models asked instead"
          hint="In this order, while the model is away."
          error={faults["fallbackModels"]}
        >
          {(control) => <Input {...control} spellCheck={false} {...text("fallbackModels")} />}
        </Field>
        <Field label="Temperature" hint="From 0, always alike, to 2." error={faults["temperature"]}>
          {(control) => <Input {...control} inputMode="decimal" {...text("temperature")} />}
        </Field>
        <Field label="Longest answer" hint="In tokens, of about four letters each." error={faults["maxTokens"]}>
          {(control) => <Input {...control} inputMode="numeric" {...text("maxTokens")} />}
        </Field>
      </div>
      <Contract
        label="It must be given"
        hint="Fields that each step has to give it; checked before it is asked. Off: it takes anything."
        value={value.input}
        error={faults["input"]}
        onChange={(input) => onChange({ ...value, input })}
      />
      <Contract
        label="It answers with"
        hint="Fields that it promises; an answer without them is asked for again. Off: free text."
        value={value.output}
        error={faults["output"]}
        onChange={(output) => onChange({ ...value, output })}
      />
    </fieldset>
  );
}

interface ContractProps {
  label: string;
  hint: string;
  value: Json;
  error: string | undefined;
  onChange(value: Json): void;
}

function Contract({ label, hint, value, error, onChange }: ContractProps) {
  return (
    <div className="grid gap-1.5">
      <p className="text-xs font-medium text-ink">{label}</p>
      <p className={error === undefined ? "text-xs text-subtle" : "text-xs text-failed"}>{error ?? hint}</p>
      <SchemaField label={label} value={value} nullable onChange={onChange} />
    </div>
  );
}
