"use client";

import { LayoutTemplate, SearchX, Workflow as WorkflowIcon } from "lucide-react";
import Link from "next/link";
import { useEffect, useState } from "react";
import { may } from "../records/organization.ts";
import { latestRuns, type Run } from "../records/run.ts";
import { listWorkflows, type Workflow } from "../records/workflow.ts";
import { RunStatusMark } from "../runs/run-status.tsx";
import { useLiveQuery } from "../shell/live-query.ts";
import { PageHeader } from "../shell/page-header.tsx";
import { useWorkspace } from "../shell/workspace-context.tsx";
import { useSupabase } from "../supabase-context.tsx";
import { Button } from "../ui/button.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { SearchInput } from "../ui/search-input.tsx";
import { Cell, HeadCell, Row, Table } from "../ui/table.tsx";
import { NewWorkflowButton } from "../editor/new-workflow-button.tsx";
import { ImportDialog } from "./import-dialog.tsx";
import { RunButton } from "./run-button.tsx";

export interface WorkflowRow {
  workflow: Workflow;
  lastRun: Run | null;
}

interface WorkflowListProps {
  initial: WorkflowRow[];
  search: string;
}

/** Every workflow of the organisation, with how it last went. The search stands in the address. */
export function WorkflowList({ initial, search: searchAtFirst }: WorkflowListProps) {
  const supabase = useSupabase();
  const { organization } = useWorkspace();
  const [search, setSearch] = useState(searchAtFirst);
  const [applied, setApplied] = useState(searchAtFirst);

  useEffect(() => {
    const timer = setTimeout(() => setApplied(search), 150);
    return () => clearTimeout(timer);
  }, [search]);
  useEffect(() => {
    const query = applied.trim() === "" ? "" : `?q=${encodeURIComponent(applied.trim())}`;
    history.replaceState(null, "", `/workflows${query}`);
  }, [applied]);

  const { value, error, refresh } = useLiveQuery(`${organization.id} ${applied.trim()}`, initial, async () => {
    const workflows = await listWorkflows(supabase, organization.id, applied);
    const runs = await latestRuns(
      supabase,
      workflows.map(({ id }) => id),
    );
    return workflows.map((workflow) => ({ workflow, lastRun: runs.get(workflow.id) ?? null }));
  });
  const rows = value ?? [];

  return (
    <>
      <PageHeader
        title="Workflows"
        actions={
          <>
            <SearchInput label="Search workflows" value={search} onValueChange={setSearch} className="w-28 sm:w-56" />
            {may(organization.role, "build") && <ImportDialog />}
            <NewWorkflowButton />
          </>
        }
      />
      {error !== null && (
        <ErrorState
          className="m-4"
          title="The list is not up to date"
          description={error}
          actions={<Button onClick={refresh}>Try again</Button>}
        />
      )}
      {rows.length > 0 && <WorkflowTable rows={rows} />}
      {rows.length === 0 && error === null && <NoWorkflows search={applied.trim()} onClear={() => setSearch("")} />}
    </>
  );
}

function NoWorkflows({ search, onClear }: { search: string; onClear(): void }) {
  if (search !== "") {
    return (
      <EmptyState
        icon={SearchX}
        title={`No workflow is called “${search}”`}
        description="The search looks at names."
        actions={<Button onClick={onClear}>Clear the search</Button>}
      />
    );
  }
  return (
    <EmptyState
      icon={WorkflowIcon}
      title="No workflows yet"
      description="A workflow is a drawn team of agents and people: what each does, in which order, and who decides. Start from a template, or import a file."
      actions={
        <Button asChild tone="primary" size="medium">
          <Link href="/templates">
            <LayoutTemplate aria-hidden /> Browse templates
          </Link>
        </Button>
      }
    />
  );
}

function WorkflowTable({ rows }: { rows: readonly WorkflowRow[] }) {
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
              <Link href={`/workflows/${workflow.id}`} className="block truncate font-medium hover:underline">
                {workflow.name}
              </Link>
              {workflow.description !== null && workflow.description !== "" && (
                <p className="truncate text-xs text-muted">{workflow.description}</p>
              )}
            </Cell>
            <Cell className="hidden whitespace-nowrap sm:table-cell">
              <VersionMark workflow={workflow} />
            </Cell>
            <Cell className="whitespace-nowrap">
              {lastRun === null ? (
                <span className="text-xs text-subtle">never run</span>
              ) : (
                <Link href={`/runs/${lastRun.id}`} className="flex items-center gap-2 rounded-md hover:underline">
                  <RunStatusMark status={lastRun.status} />
                  <RelativeTime at={lastRun.created_at} className="figures hidden text-subtle lg:inline" />
                </Link>
              )}
            </Cell>
            <Cell figure className="hidden sm:table-cell">
              <RelativeTime at={workflow.updated_at} />
            </Cell>
            <Cell className="text-right">
              <RunButton workflow={{ id: workflow.id, name: workflow.name, version: workflow.published_version }} />
            </Cell>
          </Row>
        ))}
      </tbody>
    </Table>
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
