import { compileFile } from "../../../engine/workflow/compile.ts";
import type { WorkflowFile } from "../../../engine/workflow/file.ts";
import { missingAgents, type KnownAgent } from "../../../engine/workflow/missing-agents.ts";
import { missingCredentials } from "../../../engine/workflow/missing-credentials.ts";
import type { Problem } from "../../../engine/workflow/plan.ts";
import { catalogue } from "../../../nodes/catalog/definitions.ts";

export interface CheckTask {
  file: WorkflowFile;
  /** Names of the organisation's credentials; null where they are not known. */
  credentials: readonly string[] | null;
  /** Registered agents; null where they are not known. */
  agents: readonly KnownAgent[] | null;
}

/** Everything that keeps a file from running, or may. */
export function problemsOf({ file, credentials, agents }: CheckTask): Problem[] {
  const missing = credentials === null ? [] : missingCredentials(file, catalogue, new Set(credentials));
  const agentless = agents === null ? [] : missingAgents(file, agents);
  return [...compileFile(file, catalogue).problems, ...missing, ...agentless];
}
