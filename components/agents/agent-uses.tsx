"use client";

import Link from "next/link";
import { z } from "zod";
import { agentUseListSchema, type Agent } from "../../contracts/api/agent.ts";
import { useLiveQuery } from "../shell/live-query.ts";
import { useApi } from "../shell/workspace-context.tsx";
import { Card, CardHeader } from "../ui/card.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { SkeletonRows } from "../ui/skeleton.tsx";

const listSchema = z.object(agentUseListSchema.shape);

/** The steps of workflows that name it. */
export function AgentUses({ agent }: { agent: Agent }) {
  const api = useApi();
  const uses = useLiveQuery(agent.id, null, () => api.call("GET", `/agents/${agent.id}/uses`, listSchema));
  const items = uses.value?.items ?? null;
  return (
    <Card>
      <CardHeader title="Used in" />
      {uses.error !== null && <ErrorState className="m-4" title="Not known now" description={uses.error} />}
      {items === null && uses.error === null && <SkeletonRows rows={2} label="Reading where it is used" />}
      {items?.length === 0 && (
        <p className="p-4 text-sm text-muted">
          In no workflow yet. Name it in an agent step, under <em>Registered agent</em>.
        </p>
      )}
      <ul>
        {items?.map((use) => (
          <li
            key={`${use.workflowId} ${use.where} ${use.node}`}
            className="flex items-baseline gap-2 border-b px-4 py-2 text-sm last:border-b-0"
          >
            <span className="min-w-0 flex-1">
              <Link href={`/workflows/${use.workflowId}/edit`} className="block truncate font-medium hover:underline">
                {use.workflowName}
              </Link>
              <span className="block truncate text-xs text-muted">
                {use.nodeName}, {use.where === "draft" ? "in the draft" : "published"}
              </span>
            </span>
            <span className="figures text-subtle">{use.version === null ? "newest" : `v${use.version}`}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
