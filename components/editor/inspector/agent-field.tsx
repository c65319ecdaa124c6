"use client";

import Link from "next/link";
import type { Agent } from "../../../contracts/api/agent.ts";
import { agentRefSchema, type AgentRef } from "../../../engine/agent.ts";
import type { Json } from "../../../engine/json.ts";
import type { FieldControl } from "../../ui/field.tsx";
import { Select } from "../../ui/select.tsx";
import { useAgents } from "../use-agents.ts";
import { useInspector } from "./inspector-context.tsx";

interface AgentFieldProps {
  control: FieldControl;
  value: Json | undefined;
  onChange(value: Json): void;
}

const none = "none";
const newest = "newest";

/** One of the registered agents, at its newest version or at one that stays. */
export function AgentField({ control, value, onChange }: AgentFieldProps) {
  const { readOnly } = useInspector();
  const agents = useAgents();
  const { required: _required, ...shared } = control;
  const parsed = agentRefSchema.safeParse(value);
  const chosen = parsed.success ? parsed.data : null;
  const agent = agents?.find(({ id }) => id === chosen?.id);
  const options = [
    { value: none, label: "None: set up below" },
    ...(agents ?? [])
      .filter(({ id, status }) => status === "active" || id === chosen?.id)
      .map(({ id, name, status }) => ({
        value: id,
        label: name,
        ...(status === "active" ? {} : { hint: "disabled" }),
      })),
    ...(chosen !== null && agent === undefined
      ? [{ value: chosen.id, label: agents === null ? "The chosen agent" : "Not in the registry" }]
      : []),
  ];
  return (
    <div className="grid gap-1.5">
      <div className="flex gap-1.5">
        <Select
          {...shared}
          className="min-w-0 flex-1"
          value={chosen?.id ?? none}
          disabled={readOnly}
          onValueChange={(id) => onChange(id === none ? null : { id, version: null })}
          options={options}
        />
        {chosen !== null && <VersionSelect chosen={chosen} agent={agent} readOnly={readOnly} onChange={onChange} />}
      </div>
      {agent !== undefined && <About agent={agent} />}
    </div>
  );
}

interface VersionSelectProps {
  chosen: AgentRef;
  agent: Agent | undefined;
  readOnly: boolean;
  onChange(value: Json): void;
}

function VersionSelect({ chosen, agent, readOnly, onChange }: VersionSelectProps) {
  const last = Math.max(agent?.version ?? 1, chosen.version ?? 1);
  const versions = Array.from({ length: last }, (_, index) => String(last - index));
  return (
    <Select
      label="Version of the agent"
      className="w-28 shrink-0"
      value={chosen.version === null ? newest : String(chosen.version)}
      disabled={readOnly}
      onValueChange={(next) => onChange({ id: chosen.id, version: next === newest ? null : Number(next) })}
      options={[
        { value: newest, label: "Newest" },
        ...versions.map((version) => ({ value: version, label: `v${version}` })),
      ]}
    />
  );
}

/** What the step has to give it, and where to read the rest. */
function About({ agent }: { agent: Agent }) {
  const { input, output } = agent.settings;
  const asks = fieldsOf(input);
  const gives = fieldsOf(output);
  return (
    <p className="text-xs text-subtle">
      {asks.length > 0 && <>Asks for {asks.join(", ")}. </>}
      {gives.length > 0 ? <>Answers with {gives.join(", ")}. </> : <>Answers with text. </>}
      <Link href={`/agents/${agent.id}`} target="_blank" className="text-accent-text underline">
        Open the agent
      </Link>
    </p>
  );
}

function fieldsOf(schema: Agent["settings"]["input"]): string[] {
  const properties = schema?.["properties"];
  return typeof properties === "object" && properties !== null ? Object.keys(properties) : [];
}
