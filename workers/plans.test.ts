import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { createMemoryRunStore } from "../adapters/memory/run-store.ts";
import type { Json } from "../engine/json.ts";
import { catalogue } from "../nodes/catalog/definitions.ts";
import { chain } from "./faults/test-workflows.ts";
import { createPlans } from "./plans.ts";

const by = { kind: "system" as const, id: null, label: "test" };

test("a run stays on the version it started with, whatever is published meanwhile", async () => {
  const store = createMemoryRunStore();
  const plans = createPlans(store, catalogue);
  const workflowId = randomUUID();
  const startRun = (version: number): string => {
    const runId = randomUUID();
    store.addDefinition(workflowId, version, JSON.parse(JSON.stringify(chain(version))) as Json);
    store.addRun(
      { runId, orgId: randomUUID(), workflowId, version, priority: 0 },
      { seq: 1, at: Date.now(), type: "run-queued", input: {}, workflowId, version, by, trigger: "api" },
    );
    return runId;
  };
  const steps = async (runId: string): Promise<number | undefined> => {
    const identity = await plans.identity(runId);
    return identity === null ? undefined : (await plans.plan(identity.workflowId, identity.version)).nodes.size;
  };
  const old = startRun(1);
  expect(await steps(old)).toBe(3);
  const next = startRun(2);
  expect(await steps(next)).toBe(4);
  expect(await steps(old)).toBe(3);
});
