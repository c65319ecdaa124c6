import { BatonError } from "../engine/errors.ts";
import type { RunHeader, RunJournal } from "../engine/ports/run-journal.ts";
import { compile } from "../engine/workflow/compile.ts";
import type { Catalogue } from "../engine/workflow/definition.ts";
import type { Plan } from "../engine/workflow/plan.ts";

/** The part of a run's header that never changes. */
export type RunIdentity = Pick<RunHeader, "runId" | "orgId" | "workflowId" | "version" | "priority">;

/** Which workflow a run executes, and its plan. Both are immutable, so they are kept. */
export interface Plans {
  /** Null when there is no such run. */
  identity(runId: string): Promise<RunIdentity | null>;
  /** @throws BatonError WORKFLOW_INVALID when the stored version does not compile with this release's catalogue */
  plan(workflowId: string, version: number): Promise<Plan>;
}

const keptIdentities = 5_000;
/** The plan of a large file takes megabytes. */
const keptPlans = 128;

export function createPlans(journal: RunJournal, catalogue: Catalogue): Plans {
  const identities = new Map<string, RunIdentity>();
  const plans = new Map<string, Promise<Plan>>();

  const load = async (workflowId: string, version: number): Promise<Plan> => {
    const source = await journal.definition(workflowId, version);
    if (source === null) throw new BatonError("NOT_FOUND", `Version ${version} of workflow ${workflowId} is gone.`);
    const result = compile(source, catalogue);
    if (result.ok) return result.plan;
    const problem = result.problems.find(({ severity }) => severity === "error");
    throw new BatonError(
      "WORKFLOW_INVALID",
      `Version ${version} of the workflow does not compile: ${problem?.message ?? "unknown problem"}. ${problem?.fix ?? ""}`.trim(),
    );
  };

  return {
    async identity(runId) {
      const known = identities.get(runId);
      if (known !== undefined) return known;
      const header = await journal.header(runId);
      if (header === null) return null;
      const { orgId, workflowId, version, priority } = header;
      const identity = { runId, orgId, workflowId, version, priority };
      forgetOldest(identities, keptIdentities);
      identities.set(runId, identity);
      return identity;
    },
    plan(workflowId, version) {
      const key = `${workflowId}@${version}`;
      const known = plans.get(key);
      if (known !== undefined) return known;
      // The promise is kept, so that a hundred runs of a new version compile it once.
      const loading = load(workflowId, version);
      forgetOldest(plans, keptPlans);
      plans.set(key, loading);
      loading.catch(() => plans.delete(key));
      return loading;
    },
  };
}

function forgetOldest(map: Map<string, unknown>, size: number): void {
  if (map.size >= size) map.delete(map.keys().next().value ?? "");
}
