import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { RunPage } from "../../../../components/monitor/run-page.tsx";
import { loadRun } from "../../../../components/records/run.ts";
import { loadDefinition } from "../../../../components/records/workflow.ts";
import type { IdProps } from "../../../route-props.ts";
import { requireWorkspace } from "../../../session.ts";

export const metadata: Metadata = { title: "Run" };

export default async function RunRoute({ params }: IdProps) {
  const { client } = await requireWorkspace();
  const run = await loadRun(client, (await params).id);
  if (run === null) notFound();
  const definition = await loadDefinition(client, run.workflow_id, run.version);
  return <RunPage key={run.id} run={run} definition={definition} />;
}
