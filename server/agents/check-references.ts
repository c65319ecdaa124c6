import type { WorkflowFile } from "../../engine/workflow/file.ts";
import { missingAgents, namedAgents } from "../../engine/workflow/missing-agents.ts";
import type { Problem } from "../../engine/workflow/plan.ts";
import type { AgentStore } from "./ports.ts";

/** What keeps the registered agents that a workflow names from answering, in this organisation. */
export async function agentProblems(
  agents: Pick<AgentStore, "known">,
  orgId: string,
  file: WorkflowFile,
): Promise<Problem[]> {
  const ids = new Set(namedAgents(file).map(({ ref }) => ref.id));
  return ids.size === 0 ? [] : missingAgents(file, await agents.known(orgId, [...ids]));
}
