"use client";

import { Archive, LayoutTemplate, SearchX, Workflow as WorkflowIcon } from "lucide-react";
import Link from "next/link";
import { useEffect, useState } from "react";
import { NewWorkflowButton } from "../editor/new-workflow-button.tsx";
import { may } from "../records/organization.ts";
import { latestRuns, type Run } from "../records/run.ts";
import { listTags, listWorkflows, type Workflow, type WorkflowFilter, workflowPageSize } from "../records/workflow.ts";
import { useLiveQuery } from "../shell/live-query.ts";
import { PageHeader } from "../shell/page-header.tsx";
import { useWorkspace } from "../shell/workspace-context.tsx";
import { replaceAddress } from "../shell/replace-address.ts";
import { useSupabase } from "../supabase-context.tsx";
import { Button } from "../ui/button.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { ImportDialog } from "./import-dialog.tsx";
import { WorkflowFilters } from "./workflow-filters.tsx";
import { WorkflowTable } from "./workflow-table.tsx";

export interface WorkflowRow {
  workflow: Workflow;
  lastRun: Run | null;
}

interface WorkflowListProps {
  initial: WorkflowRow[];
  /** The tags there are. */
  tags: string[];
  filter: WorkflowFilter;
}

/** Every workflow of the organisation, with how it last went. Search, order and archive stand in the address. */
export function WorkflowList({ initial, tags: tagsAtFirst, filter: filterAtFirst }: WorkflowListProps) {
  const supabase = useSupabase();
  const { organization } = useWorkspace();
  const [search, setSearch] = useState(filterAtFirst.search);
  const [filter, setFilter] = useState(filterAtFirst);
  const [pages, setPages] = useState(1);

  useEffect(() => {
    const timer = setTimeout(() => setFilter((old) => ({ ...old, search: search.trim() })), 150);
    return () => clearTimeout(timer);
  }, [search]);
  useEffect(() => {
    const query = new URLSearchParams();
    if (filter.search !== "") query.set("q", filter.search);
    if (filter.tag !== null) query.set("tag", filter.tag);
    if (filter.sort !== "updated") query.set("sort", filter.sort);
    if (filter.archived) query.set("archived", "1");
    replaceAddress(query.size === 0 ? "/workflows" : `/workflows?${query}`);
  }, [filter]);

  const limit = pages * workflowPageSize;
  const key = `${organization.id} ${JSON.stringify(filter)} ${limit}`;
  const { value, error, refresh } = useLiveQuery(key, initial, async () => {
    const workflows = await listWorkflows(await supabase(), organization.id, filter, limit);
    const runs = await latestRuns(
      await supabase(),
      workflows.map(({ id }) => id),
    );
    return workflows.map((workflow) => ({ workflow, lastRun: runs.get(workflow.id) ?? null }));
  });
  const rows = value ?? [];
  const tags = useLiveQuery(`${organization.id} tags`, tagsAtFirst, async () =>
    listTags(await supabase(), organization.id),
  );
  const known = tags.value ?? [];
  function changed() {
    refresh();
    tags.refresh();
  }
  const writes = may(organization.role, "build");

  return (
    <>
      <PageHeader
        title="Workflows"
        filters={
          <WorkflowFilters
            search={search}
            onSearch={setSearch}
            filter={filter}
            known={known}
            onChange={(change) => setFilter((old) => ({ ...old, ...change }))}
          />
        }
        actions={
          <>
            {writes && <ImportDialog />}
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
      {rows.length > 0 && (
        <WorkflowTable
          rows={rows}
          archived={filter.archived}
          known={known}
          onTag={(tag) => setFilter((old) => ({ ...old, tag }))}
          onChanged={changed}
        />
      )}
      {rows.length === limit && (
        <div className="flex justify-center p-4">
          <Button onClick={() => setPages((before) => before + 1)}>Show more</Button>
        </div>
      )}
      {rows.length === 0 && error === null && (
        <NoWorkflows
          filter={filter}
          onClear={() => {
            setSearch("");
            setFilter((old) => ({ ...old, search: "", tag: null, archived: false }));
          }}
        />
      )}
    </>
  );
}

function NoWorkflows({ filter, onClear }: { filter: WorkflowFilter; onClear(): void }) {
  if (filter.search !== "") {
    return (
      <EmptyState
        icon={SearchX}
        title={`No workflow is called “${filter.search}”`}
        description="The search looks at names."
        actions={<Button onClick={onClear}>Clear the search</Button>}
      />
    );
  }
  if (filter.tag !== null) {
    return (
      <EmptyState
        icon={SearchX}
        title={`No workflow has the tag “${filter.tag}”`}
        description="Tags are given in a workflow's menu."
        actions={<Button onClick={onClear}>Show every workflow</Button>}
      />
    );
  }
  if (filter.archived) {
    return (
      <EmptyState
        icon={Archive}
        title="Nothing is archived"
        description="A workflow that is not needed any more can be archived from its menu. Its runs stay, and it can come back."
        actions={<Button onClick={onClear}>Show workflows</Button>}
      />
    );
  }
  return (
    <EmptyState
      icon={WorkflowIcon}
      title="No workflows yet"
      description="A workflow is a drawn team of agents and people: what each does, in which order, and who decides. Start from a template, draw one from nothing, or import a file."
      actions={
        <Button asChild size="medium">
          <Link href="/templates">
            <LayoutTemplate aria-hidden /> Browse templates
          </Link>
        </Button>
      }
    />
  );
}
