import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { listRuns } from "../../../../components/records/run.ts";
import { listTags, listVersions, loadDefinition, loadWorkflow } from "../../../../components/records/workflow.ts";
import { WorkflowPage } from "../../../../components/workflows/workflow-page.tsx";
import { pictureOfStored } from "../../../../server/templates/picture.ts";
import type { IdProps } from "../../../route-props.ts";
import { requireWorkspace } from "../../../session.ts";

export const metadata: Metadata = { title: "Workflow" };

export default async function WorkflowRoute({ params }: IdProps) {
  const { client, organization } = await requireWorkspace();
  const workflow = await loadWorkflow(client, (await params).id);
  if (workflow === null) notFound();
  const [versions, definition, runs, tags] = await Promise.all([
    listVersions(client, workflow.id),
    workflow.latest_version === null ? null : loadDefinition(client, workflow.id, workflow.latest_version),
    listRuns(client, organization.id, { status: [], workflowId: workflow.id }, { limit: 20 }),
    listTags(client, organization.id),
  ]);
  return (
    <WorkflowPage
      workflow={workflow}
      versions={versions}
      definition={definition}
      picture={pictureOfStored(definition)}
      runs={runs}
      tags={tags}
    />
  );
}
