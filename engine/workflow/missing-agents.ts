import { agentOf, missingInputs, type AgentSettings } from "../agent.ts";
import type { WorkflowFile } from "./file.ts";
import { problem } from "./graph.ts";
import type { Problem } from "./plan.ts";

/** A version of an agent that there is. `settings` is null where they are not known, and then nothing is said of its input. */
export interface KnownAgent {
  id: string;
  version: number;
  settings: Pick<AgentSettings, "input"> | null;
}

/** The registered agents that a file names, with the node and its place. */
export function namedAgents(file: WorkflowFile) {
  return file.nodes.flatMap((node, index) => {
    const ref = node.type === "agent" ? agentOf(node.config) : null;
    return ref === null ? [] : [{ node, index, ref }];
  });
}

/**
 * What keeps the registered agents that a workflow names from answering: they are not there, or are not given what they ask for.
 * @param known versions of agents, of each agent the newest first
 */
export function missingAgents(file: WorkflowFile, known: readonly KnownAgent[]): Problem[] {
  return namedAgents(file).flatMap(({ node, index, ref }): Problem[] => {
    const found = known.find(({ id, version }) => id === ref.id && (ref.version === null || version === ref.version));
    const at = (...path: string[]) => ({ node: node.id, path: ["nodes", index, "config", ...path] });
    if (found === undefined) {
      const there = known.some(({ id }) => id === ref.id);
      const what = there
        ? `its agent has no version ${ref.version}`
        : "its agent is not in this organisation's registry";
      const fix = "Choose an agent of this organisation in the step, or take it out.";
      return [problem("missing-agent", at("agent"), `${node.id}: ${what}.`, fix)];
    }
    return missingInputs(found.settings?.input ?? null, node.config["input"]).map((name) =>
      problem(
        "agent-input",
        at("input", name),
        `${node.id}: its agent must be given "${name}".`,
        `Add "${name}" to what is given to the agent.`,
      ),
    );
  });
}
