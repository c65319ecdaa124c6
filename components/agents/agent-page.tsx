"use client";

import { useState } from "react";
import { z } from "zod";
import {
  agentCheckSchema,
  agentSchema,
  updateAgentSchema,
  type Agent,
  type AgentCheck,
} from "../../contracts/api/agent.ts";
import { errorWords } from "../api-client.ts";
import { may } from "../records/organization.ts";
import { failureOf, type Failure } from "../settings/form-faults.ts";
import { useLiveQuery } from "../shell/live-query.ts";
import { PageHeader } from "../shell/page-header.tsx";
import { useApi, useWorkspace } from "../shell/workspace-context.tsx";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Card, CardHeader } from "../ui/card.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";
import { SkeletonRows } from "../ui/skeleton.tsx";
import { toast } from "../ui/toast.tsx";
import { agentFaults } from "./agent-faults.ts";
import { AgentFields, bodyOf, writtenOf, type Written } from "./agent-fields.tsx";
import { AgentNumbers } from "./agent-numbers.tsx";
import { AgentUses } from "./agent-uses.tsx";
import { AgentVersions } from "./agent-versions.tsx";
import { BreaksDialog } from "./breaks-dialog.tsx";

const answerSchema = z.object(agentSchema.shape);
const checkSchema = z.object(agentCheckSchema.shape);

/** One agent: what it is made of, how it does, its versions, and who relies on it. */
export function AgentPage({ id }: { id: string }) {
  const api = useApi();
  const { organization } = useWorkspace();
  const {
    value: agent,
    error,
    refresh,
  } = useLiveQuery(`${organization.id} ${id}`, null, () => api.call("GET", `/agents/${id}`, answerSchema));
  const builds = may(organization.role, "build");

  async function setStatus(status: Agent["status"]) {
    try {
      await api.call("PATCH", `/agents/${id}`, answerSchema, { status });
      toast({ tone: "success", title: status === "active" ? "The agent is enabled" : "The agent is disabled" });
    } catch (thrown) {
      toast({ tone: "failure", title: "Nothing was changed", description: errorWords(thrown) });
    }
    refresh();
  }

  if (agent === null) {
    return (
      <>
        <PageHeader trail={[{ href: "/agents", label: "Agents" }]} title="Agent" />
        {error === null ? (
          <SkeletonRows rows={6} label="Reading the agent" />
        ) : (
          <ErrorState as="page" title="The agent could not be read" description={error} />
        )}
      </>
    );
  }
  return (
    <>
      <PageHeader
        trail={[{ href: "/agents", label: "Agents" }]}
        title={agent.name}
        beside={
          <>
            <span className="figures text-subtle">v{agent.version}</span>
            <Badge tone={agent.status === "active" ? "completed" : "neutral"}>{agent.status}</Badge>
          </>
        }
        actions={
          builds &&
          (agent.status === "active" ? (
            <Button onClick={() => void setStatus("disabled")}>Disable</Button>
          ) : (
            <Button onClick={() => void setStatus("active")}>Enable</Button>
          ))
        }
      />
      <div className="grid gap-4 p-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <AgentForm key={`${agent.version} ${agent.updatedAt}`} agent={agent} readOnly={!builds} onSaved={refresh} />
        <div className="grid min-w-0 content-start gap-4">
          <AgentNumbers agent={agent} />
          <AgentUses agent={agent} />
          <AgentVersions agent={agent} />
        </div>
      </div>
    </>
  );
}

interface AgentFormProps {
  agent: Agent;
  readOnly: boolean;
  onSaved(): void;
}

/** The form of its settings. What a change of contract breaks is told before it is saved. */
function AgentForm({ agent, readOnly, onSaved }: AgentFormProps) {
  const api = useApi();
  const before = writtenOf(agent);
  const [written, setWritten] = useState<Written>(before);
  const [note, setNote] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [breaking, setBreaking] = useState<AgentCheck | null>(null);
  const body = bodyOf(written);
  const faults = agentFaults(updateAgentSchema, body);
  const changed = JSON.stringify(body) !== JSON.stringify(bodyOf(before));
  const renews = JSON.stringify(body.settings) !== JSON.stringify(bodyOf(before).settings);

  async function store(acceptBreaking: boolean) {
    setBusy(true);
    setFailure(null);
    try {
      if (renews && !acceptBreaking) {
        const check = await api.call("POST", `/agents/${agent.id}/check`, checkSchema, { settings: body.settings });
        if (check.breaks.length > 0) return setBreaking(check);
      }
      const change = { ...body, note, version: agent.version, acceptBreaking };
      const saved = await api.call("PATCH", `/agents/${agent.id}`, answerSchema, change);
      setBreaking(null);
      toast({ tone: "success", title: renews ? `Version ${saved.version} is saved` : "The agent is saved" });
      onSaved();
    } catch (thrown) {
      setBreaking(null);
      setFailure(failureOf(thrown));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Card className="min-w-0 overflow-hidden">
      <CardHeader
        title="What it is"
        description="Saving other settings makes a new version; runs keep the one they began with."
      />
      <form
        noValidate
        className="grid gap-4 p-4"
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (Object.keys(faults).length === 0) void store(false);
        }}
      >
        {failure !== null && <ErrorState title="Nothing was saved" {...failure} />}
        <AgentFields value={written} faults={tried ? faults : {}} readOnly={readOnly} onChange={setWritten} />
        {!readOnly && (
          <div className="grid gap-4 border-t pt-4">
            {renews && (
              <Field label="What changed" hint="For the list of versions.">
                {(control) => (
                  <Input {...control} maxLength={500} value={note} onChange={(event) => setNote(event.target.value)} />
                )}
              </Field>
            )}
            <div className="flex justify-end gap-2">
              <Button size="medium" disabled={!changed} onClick={() => setWritten(before)}>
                Discard
              </Button>
              <Button type="submit" size="medium" tone="primary" busy={busy} disabled={!changed}>
                {renews ? `Save as version ${agent.version + 1}` : "Save"}
              </Button>
            </div>
          </div>
        )}
      </form>
      <BreaksDialog check={breaking} busy={busy} onClose={() => setBreaking(null)} onAccept={() => void store(true)} />
    </Card>
  );
}
