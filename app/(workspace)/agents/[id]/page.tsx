import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { AgentPage } from "../../../../components/agents/agent-page.tsx";
import { isUuid } from "../../../../components/records/rows.ts";
import type { IdProps } from "../../../route-props.ts";
import { requireWorkspace } from "../../../session.ts";

export const metadata: Metadata = { title: "Agent" };

export default async function AgentRoute({ params }: IdProps) {
  await requireWorkspace();
  const { id } = await params;
  if (!isUuid(id)) notFound();
  return <AgentPage id={id} />;
}
