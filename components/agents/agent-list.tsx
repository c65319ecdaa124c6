"use client";

import { Bot, SearchX } from "lucide-react";
import { useEffect, useState } from "react";
import { z } from "zod";
import { agentSchema, type Agent } from "../../contracts/api/agent.ts";
import { may } from "../records/organization.ts";
import { useLiveQuery } from "../shell/live-query.ts";
import { PageHeader } from "../shell/page-header.tsx";
import { useApi, useWorkspace } from "../shell/workspace-context.tsx";
import { replaceAddress } from "../shell/replace-address.ts";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { SearchInput } from "../ui/search-input.tsx";
import { SkeletonRows } from "../ui/skeleton.tsx";
import { RowLink } from "../ui/row-link.tsx";
import { Cell, HeadCell, Row, Table } from "../ui/table.tsx";
import { durationWords, moneyWords } from "../ui/time-words.ts";
import { successWords } from "./agent-words.ts";
import { NewAgentButton } from "./new-agent.tsx";

const listSchema = z.object({ items: z.array(z.object(agentSchema.shape)) });
const most = 200;

/** The registry: every agent that steps can name, with how it did of late. What is looked for stands in the address. */
export function AgentList({ search: atFirst }: { search: string }) {
  const api = useApi();
  const { organization } = useWorkspace();
  const [search, setSearch] = useState(atFirst);
  const [wanted, setWanted] = useState(atFirst.trim());
  useEffect(() => {
    const timer = setTimeout(() => setWanted(search.trim()), 150);
    return () => clearTimeout(timer);
  }, [search]);
  useEffect(() => {
    replaceAddress(wanted === "" ? "/agents" : `/agents?q=${encodeURIComponent(wanted)}`);
  }, [wanted]);
  const query = new URLSearchParams({ limit: String(most), ...(wanted === "" ? {} : { search: wanted }) });
  const list = useLiveQuery(`${organization.id} ${wanted}`, null, () =>
    api.call("GET", `/agents?${query}`, listSchema),
  );
  const agents = list.value?.items ?? null;
  const builds = may(organization.role, "build");

  return (
    <>
      <PageHeader
        title="Agents"
        filters={
          <SearchInput
            label="Search agents"
            value={search}
            onValueChange={setSearch}
            className="min-w-0 flex-1 sm:w-52 sm:flex-none"
          />
        }
        actions={builds && <NewAgentButton />}
      />
      {list.error !== null && (
        <ErrorState
          className="m-4"
          title="The list is not up to date"
          description={list.error}
          actions={<Button onClick={list.refresh}>Try again</Button>}
        />
      )}
      {agents === null && list.error === null && <SkeletonRows rows={4} label="Reading the agents" />}
      {agents !== null && agents.length > 0 && <AgentTable agents={agents} />}
      {agents?.length === 0 &&
        (wanted === "" ? (
          <EmptyState
            icon={Bot}
            title="No agents yet"
            description="An agent is a model with instructions and a promise of what it answers. Register it once, and steps of any workflow name it."
            actions={builds ? <NewAgentButton tone="neutral" /> : undefined}
          />
        ) : (
          <EmptyState
            icon={SearchX}
            title={`No agent is found for “${wanted}”`}
            description="The search looks at names, descriptions and what agents are able to do."
            actions={<Button onClick={() => setSearch("")}>Clear the search</Button>}
          />
        ))}
    </>
  );
}

function AgentTable({ agents }: { agents: readonly Agent[] }) {
  return (
    <Table label="Agents">
      <thead>
        <tr>
          <HeadCell>Name</HeadCell>
          <HeadCell className="hidden md:table-cell">Able to</HeadCell>
          <HeadCell className="hidden sm:table-cell">Model</HeadCell>
          <HeadCell figure>Answered</HeadCell>
          <HeadCell figure className="hidden sm:table-cell">
            Usual time
          </HeadCell>
          <HeadCell figure className="hidden sm:table-cell">
            Cost, 30 days
          </HeadCell>
        </tr>
      </thead>
      <tbody>
        {agents.map((agent) => (
          <Row key={agent.id} interactive>
            <Cell className="w-full max-w-0">
              <span className="flex items-center gap-2">
                <RowLink href={`/agents/${agent.id}`} className="truncate font-medium hover:underline">
                  {agent.name}
                </RowLink>
                <span className="figures text-subtle">v{agent.version}</span>
                {agent.status === "disabled" && <Badge>disabled</Badge>}
              </span>
              {agent.description !== "" && <p className="truncate text-xs text-muted">{agent.description}</p>}
            </Cell>
            <Cell className="hidden md:table-cell">
              <span className="flex max-w-56 items-center gap-1 overflow-hidden">
                {agent.capabilities.slice(0, 3).map((capability) => (
                  <Badge key={capability}>{capability}</Badge>
                ))}
                {agent.capabilities.length > 3 && (
                  <span className="figures text-subtle">+{agent.capabilities.length - 3}</span>
                )}
              </span>
            </Cell>
            <Cell className="hidden whitespace-nowrap font-mono text-xs text-muted sm:table-cell">
              {agent.settings.model ?? "default"}
            </Cell>
            <Cell figure>{successWords(agent.record) ?? <span className="text-subtle">not asked yet</span>}</Cell>
            <Cell figure className="hidden sm:table-cell">
              {agent.record.medianMs === null ? "–" : durationWords(agent.record.medianMs)}
            </Cell>
            <Cell figure className="hidden sm:table-cell">
              {agent.record.calls === 0 ? "–" : moneyWords(agent.record.costUsd)}
            </Cell>
          </Row>
        ))}
      </tbody>
    </Table>
  );
}
