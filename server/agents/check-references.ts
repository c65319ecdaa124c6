import { agentOf, missingInputs } from "../../engine/agent.ts";
import type { WorkflowFile } from "../../engine/workflow/file.ts";
import type { Problem } from "../../engine/workflow/plan.ts";
import type { AgentStore } from "./ports.ts";

/** What keeps the registered agents that a workflow names from answering: they are not there, or are not given what they ask for. */
export async function agentProblems(
  agents: Pick<AgentStore, "known">,
  orgId: string,
  file: WorkflowFile,
): Promise<Problem[]> {
  const named = file.nodes.flatMap((node, index) => {
    const ref = node.type === "agent" ? agentOf(node.config) : null;
    return ref === null ? [] : [{ node, index, ref }];
  });
  if (named.length === 0) return [];
  // Newest first.
  const known = await agents.known(orgId, [...new Set(named.map(({ ref }) => ref.id))]);
  return named.flatMap(({ node, index, ref }): Problem[] => {
    const found = known.find(({ id, version }) => id === ref.id && (ref.version === null || version === ref.version));
    const fault = { severity: "error" as const, node: node.id, witness: [] };
    if (found === undefined) {
      const there = known.some(({ id }) => id === ref.id);
      const what = there
        ? `its agent has no version ${ref.version}`
        : "its agent is not in this organisation's registry";
      const fix = "Choose an agent of this organisation in the step, or take it out.";
      const path = ["nodes", index, "config", "agent"];
      return [{ ...fault, code: "missing-agent", path, message: `${node.id}: ${what}.`, fix }];
    }
    return missingInputs(found.settings.input, node.config["input"]).map((name) => ({
      ...fault,
      code: "agent-input",
      path: ["nodes", index, "config", "input", name],
      message: `${node.id}: its agent must be given "${name}".`,
      fix: `Add "${name}" to what is given to the agent.`,
    }));
  });
}
