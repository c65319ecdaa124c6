import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { loadWorkflow } from "../../../../../components/records/workflow.ts";
import { TriggersPage } from "../../../../../components/triggers/triggers-page.tsx";
import type { IdProps } from "../../../../route-props.ts";
import { requireWorkspace } from "../../../../session.ts";

export const metadata: Metadata = { title: "Triggers" };

export default async function TriggersRoute({ params }: IdProps) {
  const { client } = await requireWorkspace();
  const workflow = await loadWorkflow(client, (await params).id);
  if (workflow === null) notFound();
  return <TriggersPage workflow={{ id: workflow.id, name: workflow.name, version: workflow.published_version }} />;
}
