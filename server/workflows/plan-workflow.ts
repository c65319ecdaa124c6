import type { PlanView } from "../../contracts/api/workflow.ts";
import { compile } from "../../engine/workflow/compile.ts";
import type { Catalogue } from "../../engine/workflow/definition.ts";
import type { Plan, Problem } from "../../engine/workflow/plan.ts";
import type { Caller } from "../auth/caller.ts";
import { exportWorkflow } from "./export-workflow.ts";
import type { WorkflowStore } from "./ports.ts";
import { warningsOf, workflowInvalid } from "./problems.ts";

/**
 * How a version (or the draft) would run: steps with what they depend on, groups side by side, critical path, estimates.
 * @throws BatonError NOT_FOUND, or WORKFLOW_INVALID for a draft that does not compile
 */
export async function planWorkflow(
  parts: { workflows: WorkflowStore; catalogue: Catalogue },
  caller: Caller,
  id: string,
  version: number | undefined,
): Promise<PlanView> {
  const compiled = compile(await exportWorkflow(parts.workflows, caller, id, version), parts.catalogue);
  if (!compiled.ok) throw workflowInvalid(compiled.problems);
  return planView(compiled.plan, compiled.problems, version ?? null);
}

function planView(plan: Plan, problems: Problem[], version: number | null): PlanView {
  const critical = new Set(plan.criticalPath);
  return {
    version,
    steps: [...plan.nodes.values()]
      .filter((node) => node.behaviour !== "note")
      .map((node) => ({
        id: node.id,
        name: node.name,
        type: node.type,
        container: node.scope === "" ? null : node.scope,
        dependsOn: [...new Set(node.incoming.map((edge) => edge.source))],
        priority: node.rank,
        estimate: node.estimate,
        critical: critical.has(node.id),
      })),
    groups: plan.levels,
    criticalPath: plan.criticalPath,
    totals: plan.totals,
    warnings: warningsOf(problems),
  };
}
