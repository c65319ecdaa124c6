"use client";

import { Plus, X } from "lucide-react";
import { useId } from "react";
import type { ProviderModel } from "../../contracts/api/model-provider.ts";
import { Button } from "../ui/button.tsx";
import { IconButton } from "../ui/icon-button.tsx";
import { Input } from "../ui/input.tsx";

/** A model as it is being typed: prices are text until they are sent. */
export interface PriceRow {
  key: string;
  name: string;
  input: string;
  output: string;
}

export function rowsOf(models: readonly ProviderModel[]): PriceRow[] {
  return models.map(({ name, inputUsd, outputUsd }) => ({
    key: crypto.randomUUID(),
    name,
    input: inputUsd === null ? "" : String(inputUsd),
    output: outputUsd === null ? "" : String(outputUsd),
  }));
}

/** What is sent: rows without a name are not meant; a price that is no number is left for the schema to refuse. */
export function toModels(rows: readonly PriceRow[]): unknown[] {
  return rows
    .filter(({ name }) => name.trim() !== "")
    .map(({ name, input, output }) => ({ name, inputUsd: price(input), outputUsd: price(output) }));
}

function price(text: string): number | null {
  return text.trim() === "" ? null : Number(text.replace(",", "."));
}

interface ModelPricesProps {
  rows: readonly PriceRow[];
  onChange(rows: readonly PriceRow[]): void;
  error: string | undefined;
}

/** The models a provider offers, and what a million tokens of each cost. */
export function ModelPrices({ rows, onChange, error }: ModelPricesProps) {
  const note = useId();
  const change = (key: string, part: Partial<PriceRow>) =>
    onChange(rows.map((row) => (row.key === key ? { ...row, ...part } : row)));
  return (
    <fieldset className="grid gap-1.5" aria-describedby={note}>
      <legend className="mb-1.5 flex items-baseline gap-1.5 text-xs font-medium text-ink">
        Models and prices <span className="font-normal text-subtle">optional</span>
      </legend>
      {rows.length > 0 && (
        <div aria-hidden className="grid grid-cols-[1fr_72px_72px_28px] gap-2 text-2xs text-subtle">
          <span>Model</span>
          <span className="text-right">$ in</span>
          <span className="text-right">$ out</span>
        </div>
      )}
      {rows.map((row, index) => (
        <div key={row.key} className="grid grid-cols-[1fr_72px_72px_28px] items-center gap-2">
          <Input
            aria-label={`Model ${index + 1}`}
            maxLength={200}
            spellCheck={false}
            value={row.name}
            onChange={(event) => change(row.key, { name: event.target.value })}
          />
          <Input
            aria-label={`Price in, model ${index + 1}`}
            inputMode="decimal"
            className="figures text-right"
            value={row.input}
            onChange={(event) => change(row.key, { input: event.target.value })}
          />
          <Input
            aria-label={`Price out, model ${index + 1}`}
            inputMode="decimal"
            className="figures text-right"
            value={row.output}
            onChange={(event) => change(row.key, { output: event.target.value })}
          />
          <IconButton
            label={`Take model ${index + 1} off the list`}
            icon={<X aria-hidden />}
            onClick={() => onChange(rows.filter(({ key }) => key !== row.key))}
          />
        </div>
      ))}
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p id={note} className={error === undefined ? "text-xs text-subtle" : "text-xs text-failed"}>
          {error ?? "US dollars for a million tokens. With no model listed, any name is asked for."}
        </p>
        <Button
          tone="quiet"
          onClick={() => onChange([...rows, { key: crypto.randomUUID(), name: "", input: "", output: "" }])}
        >
          <Plus aria-hidden /> Add a model
        </Button>
      </div>
    </fieldset>
  );
}
