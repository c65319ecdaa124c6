import type { Metadata } from "next";
import { listRuns } from "../../../components/records/run.ts";
import { listWorkflows } from "../../../components/records/workflow.ts";
import { RunList } from "../../../components/runs/run-list.tsx";
import { runStatusSchema } from "../../../engine/run/status.ts";
import { firstOf, type SearchProps } from "../../route-props.ts";
import { requireWorkspace } from "../../session.ts";

export const metadata: Metadata = { title: "Runs" };

export default async function RunsPage({ searchParams }: SearchProps) {
  const { client, organization } = await requireWorkspace();
  const asked = await searchParams;
  const status = runStatusSchema.safeParse(firstOf(asked["status"])).data ?? null;
  const workflowId = firstOf(asked["workflow"]) || null;
  const [runs, workflows] = await Promise.all([
    listRuns(client, organization.id, { status: status === null ? [] : [status], workflowId }),
    listWorkflows(client, organization.id, ""),
  ]);
  return (
    <RunList
      initial={runs}
      status={status}
      workflowId={workflowId}
      workflows={workflows.map(({ id, name }) => ({ id, name }))}
    />
  );
}
