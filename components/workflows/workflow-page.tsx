"use client";

import { PencilRuler, Zap } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useMemo } from "react";
import type { Picture } from "../../contracts/api/template.ts";
import type { Plan } from "../../engine/workflow/plan.ts";
import { definitionsByType } from "../../nodes/catalog/definitions.ts";
import { planOf } from "../monitor/use-run.ts";
import { may } from "../records/organization.ts";
import { listRuns, type Run } from "../records/run.ts";
import type { Workflow, WorkflowVersion } from "../records/workflow.ts";
import { RunTable } from "../runs/run-table.tsx";
import { useLiveQuery } from "../shell/live-query.ts";
import { PageHeader } from "../shell/page-header.tsx";
import { GraphPicture } from "../templates/graph-picture.tsx";
import { useSupabase } from "../supabase-context.tsx";
import { useWorkspace } from "../shell/workspace-context.tsx";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Card, CardHeader } from "../ui/card.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { FamilyIcon } from "./family-icon.tsx";
import { RunButton } from "./run-button.tsx";
import { WorkflowCosts } from "./workflow-costs.tsx";
import { WorkflowMenu } from "./workflow-menu.tsx";
import { Tags } from "./tags.tsx";
import { VersionMark } from "./workflow-table.tsx";

interface WorkflowPageProps {
  workflow: Workflow;
  versions: WorkflowVersion[];
  /** The stored file of the latest version; null where there is none. */
  definition: unknown;
  /** Its graph drawn small; null where there is none to draw. */
  picture: Picture | null;
  runs: Run[];
  /** The tags there are. */
  tags: string[];
}

/** A workflow to read: what it is for, what it consists of, how it went. */
export function WorkflowPage({ workflow, versions, definition, picture, runs: runsAtFirst, tags }: WorkflowPageProps) {
  const supabase = useSupabase();
  const { organization } = useWorkspace();
  const router = useRouter();
  const plan = useMemo(() => planOf(definition), [definition]);
  const filter = { status: [], workflowId: workflow.id };
  const runs =
    useLiveQuery(workflow.id, runsAtFirst, async () =>
      listRuns(await supabase(), organization.id, filter, { limit: 20 }),
    ).value ?? [];
  return (
    <>
      <PageHeader
        trail={[{ href: "/workflows", label: "Workflows" }]}
        title={workflow.name}
        beside={<VersionMark workflow={workflow} />}
        actions={
          <>
            <Button asChild>
              <Link href={`/workflows/${workflow.id}/triggers`}>
                <Zap aria-hidden /> Triggers
              </Link>
            </Button>
            <Button asChild>
              <Link href={`/workflows/${workflow.id}/edit`}>
                <PencilRuler aria-hidden /> {may(organization.role, "build") ? "Edit" : "Look at the drawing"}
              </Link>
            </Button>
            <RunButton
              tone="primary"
              workflow={{ id: workflow.id, name: workflow.name, version: workflow.published_version }}
            />
            <WorkflowMenu
              workflow={workflow}
              known={tags}
              onChanged={() => router.push("/workflows")}
              onTagged={() => router.refresh()}
            />
          </>
        }
      />
      <div className="grid items-start gap-4 p-4 xl:grid-cols-[minmax(0,1fr)_360px]">
        <div className="grid min-w-0 gap-4">
          {workflow.description !== null && workflow.description !== "" && (
            <p className="max-w-[72ch] text-sm text-pretty whitespace-pre-wrap text-left text-muted" dir="auto">
              {workflow.description}
            </p>
          )}
          <Tags tags={workflow.tags} onTag={(tag) => router.push(`/workflows?tag=${encodeURIComponent(tag)}`)} />
          {picture !== null && (
            <Link
              href={`/workflows/${workflow.id}/edit`}
              className="block overflow-hidden rounded-lg border bg-ground transition-colors hover:border-line-strong"
            >
              <GraphPicture
                picture={picture}
                label="The graph of this workflow: open the drawing"
                room={{ width: 560, height: 180 }}
                className="h-40 w-full p-3 sm:h-52"
              />
            </Link>
          )}
          {runs.length > 0 && <WorkflowCosts workflow={workflow} />}
          <Card className="min-w-0 overflow-hidden">
            <CardHeader title="Runs" />
            {runs.length === 0 ? (
              <p className="p-4 text-sm text-muted">It has not been run yet.</p>
            ) : (
              <RunTable runs={runs} label="Runs of this workflow" ofOne />
            )}
          </Card>
        </div>
        <div className="grid min-w-0 gap-4">
          <Card className="min-w-0 overflow-hidden">
            <CardHeader title="Nodes" description={plan === null ? "No version yet" : `${plan.nodes.size} that run`} />
            {plan !== null && <NodeList plan={plan} scope="" />}
          </Card>
          <Card className="min-w-0 overflow-hidden">
            <CardHeader title="Versions" />
            <VersionList versions={versions} published={workflow.published_version} />
          </Card>
        </div>
      </div>
    </>
  );
}

/** The nodes of a scope in the order in which they can run, with the insides of containers under them. */
function NodeList({ plan, scope }: { plan: Plan; scope: string }) {
  const order = plan.levels.flat();
  const inside = new Set(plan.scopes.get(scope)?.nodes);
  const ids = order.filter((id) => inside.has(id));
  return (
    <ul
      className={scope === "" ? "grid grid-cols-[minmax(0,1fr)] py-1" : "ml-6 grid grid-cols-[minmax(0,1fr)] border-l"}
    >
      {ids.map((id) => {
        const node = plan.nodes.get(id);
        const definition = node === undefined ? undefined : definitionsByType.get(node.type);
        if (node === undefined || definition === undefined) return null;
        return (
          <li key={id}>
            <div className="flex items-center gap-2.5 px-4 py-1.5">
              <FamilyIcon family={definition.family} icon={definition.icon} />
              <div className="min-w-0 flex-1">
                <p className="truncate text-sm">{node.name}</p>
                <p className="truncate text-xs text-subtle">{definition.summary(node.config)}</p>
              </div>
            </div>
            {plan.scopes.has(id) && <NodeList plan={plan} scope={id} />}
          </li>
        );
      })}
    </ul>
  );
}

function VersionList({ versions, published }: { versions: readonly WorkflowVersion[]; published: number | null }) {
  if (versions.length === 0) return <p className="p-4 text-sm text-muted">There is only a draft.</p>;
  return (
    <ul className="grid grid-cols-[minmax(0,1fr)] py-1">
      {versions.map((each) => (
        <li key={each.version} className="flex items-center gap-2 px-4 py-1.5">
          <span className="figures w-8 font-medium">v{each.version}</span>
          {each.version === published && <Badge tone="accent">published</Badge>}
          <span className="min-w-0 flex-1 truncate text-xs text-muted">{each.note}</span>
          <RelativeTime at={each.created_at} className="figures text-subtle" />
        </li>
      ))}
    </ul>
  );
}
