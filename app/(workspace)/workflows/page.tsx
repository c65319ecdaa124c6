import type { Metadata } from "next";
import { latestRuns } from "../../../components/records/run.ts";
import { listTags, listWorkflows, workflowSorts } from "../../../components/records/workflow.ts";
import { WorkflowList } from "../../../components/workflows/workflow-list.tsx";
import { firstOf, type SearchProps } from "../../route-props.ts";
import { requireWorkspace } from "../../session.ts";

export const metadata: Metadata = { title: "Workflows" };

export default async function WorkflowsPage({ searchParams }: SearchProps) {
  const { client, organization } = await requireWorkspace();
  const asked = await searchParams;
  const filter = {
    search: firstOf(asked["q"]).slice(0, 200).trim(),
    tag: firstOf(asked["tag"]).slice(0, 40).trim() || null,
    sort: workflowSorts.find((each) => each === firstOf(asked["sort"])) ?? "updated",
    archived: firstOf(asked["archived"]) === "1",
  };
  const [workflows, tags] = await Promise.all([
    listWorkflows(client, organization.id, filter),
    listTags(client, organization.id),
  ]);
  const runs = await latestRuns(
    client,
    workflows.map(({ id }) => id),
  );
  const rows = workflows.map((workflow) => ({ workflow, lastRun: runs.get(workflow.id) ?? null }));
  return <WorkflowList initial={rows} tags={tags} filter={filter} />;
}
