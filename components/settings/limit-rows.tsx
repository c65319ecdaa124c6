"use client";

import { Trash2 } from "lucide-react";
import { useEffect, useState } from "react";
import { z } from "zod";
import type { ApiClient } from "../api-client.ts";
import { useApi } from "../shell/workspace-context.tsx";
import { IconButton } from "../ui/icon-button.tsx";
import { Input } from "../ui/input.tsx";
import { Select } from "../ui/select.tsx";

export type LimitKind = "workflows" | "agents" | "providers";

const kinds: { kind: LimitKind; title: string; one: string }[] = [
  { kind: "workflows", title: "Steps at once by workflow", one: "a workflow" },
  { kind: "agents", title: "Steps at once by agent", one: "an agent" },
  { kind: "providers", title: "Model calls at once by provider", one: "a provider" },
];

interface Choice {
  value: string;
  label: string;
}

const listSchema = z.object({ items: z.array(z.object({ id: z.string(), name: z.string() })) });

async function choicesOf(api: ApiClient): Promise<Record<LimitKind, Choice[]>> {
  const read = async (path: string): Promise<{ id: string; name: string }[]> =>
    // Whoever may not read a list sees the names that are set already.
    (await api.call("GET", path, listSchema).catch(() => ({ items: [] }))).items;
  const [workflows, agents, providers] = await Promise.all([
    read("/workflows?limit=200"),
    read("/agents?limit=200"),
    read("/model-providers"),
  ]);
  return {
    workflows: workflows.map(byId),
    agents: agents.map(byId),
    providers: providers.map(({ name }) => ({ value: name, label: name })),
  };
}

function byId({ id, name }: { id: string; name: string }): Choice {
  return { value: id, label: name };
}

interface LimitRowsProps {
  editable: boolean;
  values: Record<LimitKind, Record<string, string>>;
  faults: Readonly<Record<string, string>>;
  onChange(kind: LimitKind, values: Record<string, string>): void;
}

/** Limits of single workflows, agents and providers: one row each. */
export function LimitRows({ editable, values, faults, onChange }: LimitRowsProps) {
  const api = useApi();
  const [choices, setChoices] = useState<Record<LimitKind, Choice[]> | null>(null);
  useEffect(() => {
    let here = true;
    void choicesOf(api).then((found) => here && setChoices(found));
    return () => {
      here = false;
    };
  }, [api]);
  return kinds.map(({ kind, title, one }) => {
    const known = choices?.[kind] ?? [];
    const set = values[kind];
    const left = known.filter(({ value }) => set[value] === undefined);
    return (
      <section key={kind} className="grid gap-2">
        <h3 className="text-xs font-medium">{title}</h3>
        {Object.entries(set).map(([name, most]) => {
          const label = known.find(({ value }) => value === name)?.label ?? name;
          return (
            <div key={name} className="flex items-center gap-2">
              <span className="min-w-0 flex-1 truncate text-sm">{label}</span>
              <Input
                aria-label={`Most for ${label}`}
                inputMode="numeric"
                className="w-24 text-right"
                disabled={!editable}
                value={most}
                onChange={(event) => onChange(kind, { ...set, [name]: event.target.value })}
              />
              {editable && (
                <IconButton
                  label={`Take the limit off ${label}`}
                  icon={<Trash2 aria-hidden />}
                  onClick={() =>
                    onChange(kind, Object.fromEntries(Object.entries(set).filter(([each]) => each !== name)))
                  }
                />
              )}
            </div>
          );
        })}
        {faults[kind] !== undefined && <p className="text-xs text-failed">{faults[kind]}</p>}
        {editable && left.length > 0 && (
          <Select
            size="small"
            className="justify-self-start"
            label={`Bound ${one}`}
            placeholder={`Bound ${one}`}
            value=""
            onValueChange={(name) => onChange(kind, { ...set, [name]: "1" })}
            options={left}
          />
        )}
        {Object.keys(set).length === 0 && left.length === 0 && <p className="text-sm text-muted">None to bound yet.</p>}
      </section>
    );
  });
}
