import type { Metadata } from "next";
import { AgentList } from "../../../components/agents/agent-list.tsx";
import { firstOf, type SearchProps } from "../../route-props.ts";
import { requireWorkspace } from "../../session.ts";

export const metadata: Metadata = { title: "Agents" };

export default async function AgentsPage({ searchParams }: SearchProps) {
  await requireWorkspace();
  return <AgentList search={firstOf((await searchParams)["q"]).slice(0, 200)} />;
}
