import type { Json } from "../../engine/json.ts";
import type { Catalogue } from "../../engine/workflow/definition.ts";
import { compile } from "../../engine/workflow/compile.ts";
import type { Plan } from "../../engine/workflow/plan.ts";
import { notFound } from "../not-found.ts";
import { Recent } from "../auth/recent.ts";
import { createInputCheck, type InputCheck } from "../runs/check-input.ts";
import { workflowInvalid } from "./problems.ts";
import type { WorkflowStore } from "./ports.ts";

export interface PublishedPlan {
  plan: Plan;
  checkInput: InputCheck;
}

export interface PlanCache {
  /** The compiled plan of a version. @throws BatonError NOT_FOUND */
  version(orgId: string, workflowId: string, version: number): Promise<PublishedPlan>;
}

/** Versions never change, so compiled ones are kept: for an hour, and not too many, since the plan of a large file takes megabytes. */
export function createPlanCache(
  store: Pick<WorkflowStore, "definition">,
  catalogue: Catalogue,
  now: () => number,
): PlanCache {
  const plans = new Recent<PublishedPlan>(3_600_000, 64, now);
  return {
    version(orgId, workflowId, version) {
      return plans.get(`${orgId}:${workflowId}:${version}`, async () => {
        const definition = await store.definition(orgId, workflowId, version);
        if (definition === null) throw notFound("version of the workflow");
        return compileVersion(definition, catalogue);
      });
    },
  };
}

function compileVersion(definition: Json, catalogue: Catalogue): PublishedPlan {
  const result = compile(definition, catalogue);
  // It compiled when it was published: only a product older or newer than the version gets here.
  if (!result.ok) throw workflowInvalid(result.problems);
  return { plan: result.plan, checkInput: createInputCheck(result.plan.file.input) };
}
