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
  /**
   * The version that is published, as it was remembered: whoever relies on it says so to the store, which knows better. Null when none
   * is. @throws BatonError NOT_FOUND
   */
  published(orgId: string, workflowId: string): Promise<number | null>;
  forgetPublished(orgId: string, workflowId: string): void;
}

const publishedMs = 60_000;

/** Versions never change, so compiled ones are kept: for an hour, and not too many, since the plan of a large file takes megabytes. */
export function createPlanCache(
  store: Pick<WorkflowStore, "definition" | "published">,
  catalogue: Catalogue,
  now: () => number,
): PlanCache {
  const plans = new Recent<PublishedPlan>(3_600_000, 64, now);
  const published = new Recent<number | null>(publishedMs, 10_000, now);
  return {
    async published(orgId, workflowId) {
      const key = `${orgId}:${workflowId}`;
      const version = await published.get(key, async () => {
        const workflow = await store.published(orgId, workflowId);
        if (workflow === null) throw notFound("workflow");
        return workflow.version;
      });
      // The first publication counts at once; a later one is noticed by the store.
      if (version === null) published.forget(key);
      return version;
    },
    forgetPublished: (orgId, workflowId) => published.forget(`${orgId}:${workflowId}`),
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
