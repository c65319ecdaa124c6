import { randomUUID } from "node:crypto";
import { BatonError } from "../engine/errors.ts";
import type { Json } from "../engine/json.ts";
import type { RunEvent } from "../engine/run/event.ts";
import { compile } from "../engine/workflow/compile.ts";
import type { Plan } from "../engine/workflow/plan.ts";
import { catalogue } from "../nodes/catalog/definitions.ts";

/** Turns a run in memory; null where it is not to be turned at once. */
interface AtOnce {
  run(plan: Plan, runId: string, queued: RunEvent): Promise<{ state: { output: Json } } | null>;
}

/** Gives what turns a run of one step, in memory: its first event goes in, and its end must come out. */
export function createProbe(atOnce: AtOnce, now: () => number): () => Promise<void> {
  const compiled = compile(
    {
      schemaVersion: 1,
      name: "Probe",
      nodes: [
        { id: "start", type: "start" },
        { id: "step", type: "transform", config: { value: "{{ input.n }}" } },
        { id: "out", type: "output", config: { value: "{{ step.outputs }}" } },
      ],
      edges: [
        { id: "a", source: "start", target: "step" },
        { id: "b", source: "step", target: "out" },
      ],
    },
    catalogue,
  );
  if (!compiled.ok) throw new TypeError("The probe's workflow does not compile.");
  const { plan } = compiled;
  return async () => {
    const runId = randomUUID();
    const by = { kind: "system" as const, id: null, label: "probe" };
    const queued = { type: "run-queued" as const, input: { n: runId }, workflowId: runId, version: 1, by };
    const run = await atOnce.run(plan, runId, { ...queued, trigger: "manual", seq: 1, at: now() });
    // Null: this process is too busy to turn it at once, and therefore lives.
    if (run !== null && run.state.output !== runId) throw new BatonError("INTERNAL", "A probe was turned wrongly.");
  };
}
