"use client";

import { ArchiveRestore } from "lucide-react";
import { may } from "../records/organization.ts";
import type { Workflow } from "../records/workflow.ts";
import { RunStatusMark } from "../runs/run-status.tsx";
import { useApi, useWorkspace } from "../shell/workspace-context.tsx";
import { Button } from "../ui/button.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { RowLink } from "../ui/row-link.tsx";
import { Cell, HeadCell, Row, Table } from "../ui/table.tsx";
import { RunButton } from "./run-button.tsx";
import { Tags } from "./tags.tsx";
import type { WorkflowRow } from "./workflow-list.tsx";
import { restoreWorkflows, WorkflowMenu } from "./workflow-menu.tsx";

interface WorkflowTableProps {
  rows: readonly WorkflowRow[];
  archived: boolean;
  /** The tags there are, to choose from. */
  known: readonly string[];
  onTag(tag: string): void;
  onChanged(): void;
}

/** Workflows as rows: what each is, on which version it runs, how it last went. */
export function WorkflowTable({ rows, archived, known, onTag, onChanged }: WorkflowTableProps) {
  return (
    <Table label="Workflows">
      <thead>
        <tr>
          <HeadCell>Name</HeadCell>
          <HeadCell className="hidden sm:table-cell">Version</HeadCell>
          <HeadCell>Last run</HeadCell>
          <HeadCell figure className="hidden sm:table-cell">
            Updated
          </HeadCell>
          <HeadCell>
            <span className="sr-only">Actions</span>
          </HeadCell>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ workflow, lastRun }) => (
          <Row key={workflow.id} interactive>
            <Cell className="max-w-0 w-full">
              {archived ? (
                <span
                  className="block truncate text-left font-medium max-sm:line-clamp-2 max-sm:whitespace-normal"
                  dir="auto"
                >
                  {workflow.name}
                </span>
              ) : (
                <RowLink
                  href={`/workflows/${workflow.id}`}
                  dir="auto"
                  className="block truncate text-left font-medium max-sm:line-clamp-2 max-sm:whitespace-normal hover:underline"
                >
                  {workflow.name}
                </RowLink>
              )}
              {workflow.description !== null && workflow.description !== "" && (
                <p className="truncate text-left text-xs text-muted" dir="auto">
                  {workflow.description}
                </p>
              )}
              <Tags tags={workflow.tags} onTag={onTag} className="mt-1" />
            </Cell>
            <Cell className="hidden whitespace-nowrap sm:table-cell">
              <VersionMark workflow={workflow} />
            </Cell>
            <Cell className="whitespace-nowrap">
              {lastRun === null ? (
                <span className="text-xs text-subtle">never run</span>
              ) : (
                <RowLink href={`/runs/${lastRun.id}`} className="flex items-center gap-2 rounded-md hover:underline">
                  <RunStatusMark run={lastRun} />
                  <RelativeTime at={lastRun.created_at} className="figures hidden text-subtle lg:inline" />
                </RowLink>
              )}
            </Cell>
            <Cell figure className="hidden sm:table-cell">
              <RelativeTime at={workflow.updated_at} />
            </Cell>
            <Cell className="text-right">
              <div className="flex items-center justify-end gap-1">
                {archived ? (
                  <RestoreButton workflow={workflow} onChanged={onChanged} />
                ) : (
                  <>
                    <RunButton
                      workflow={{ id: workflow.id, name: workflow.name, version: workflow.published_version }}
                    />
                    <WorkflowMenu workflow={workflow} known={known} onChanged={onChanged} />
                  </>
                )}
              </div>
            </Cell>
          </Row>
        ))}
      </tbody>
    </Table>
  );
}

function RestoreButton({ workflow, onChanged }: { workflow: Workflow; onChanged(): void }) {
  const api = useApi();
  const { organization } = useWorkspace();
  if (!may(organization.role, "build")) return null;
  return (
    <Button
      aria-label={`Bring back ${workflow.name}`}
      onClick={() => void restoreWorkflows(api, [workflow], onChanged)}
    >
      <ArchiveRestore aria-hidden /> Bring back
    </Button>
  );
}

/** The version runs start on, and whether a later one waits to be published. */
export function VersionMark({ workflow }: { workflow: Pick<Workflow, "latest_version" | "published_version"> }) {
  const { published_version: published, latest_version: latest } = workflow;
  if (published === null) return <span className="text-xs text-muted">draft</span>;
  return (
    <span className="figures text-muted">
      v{published}
      {latest !== null && latest > published && <span className="text-waiting"> · v{latest} not published</span>}
    </span>
  );
}
