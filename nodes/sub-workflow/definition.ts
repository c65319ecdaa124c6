import { z } from "zod";
import { defineNode } from "../define-node.ts";
import { copyPorts, straight } from "../ports.ts";

export const subWorkflowConfigSchema = z.strictObject({
  workflow: z
    .union([z.literal("self"), z.uuid("must be the id of a workflow, or self")])
    .meta({ description: "Id of the workflow to run, or self for this one." }),
  version: z
    .union([z.literal("latest"), z.int().min(1)])
    .default("latest")
    .meta({ description: "A published version, or the newest one at that time. self stays on the run's own." }),
  input: z.json().default({}).meta({ description: "What it is given; checked against its form." }),
});

export const subWorkflow = defineNode({
  type: "sub-workflow",
  behaviour: "call",
  title: "Sub-workflow",
  description: "Runs another workflow and waits for its output. Cancelling reaches it; its cost counts here.",
  family: "flow",
  icon: "workflow",
  config: subWorkflowConfigSchema,
  ports: () => copyPorts(straight),
  summary: (config) =>
    config["workflow"] === "self"
      ? "this workflow"
      : `${String(config["workflow"] ?? "").slice(0, 8)} · ${String(config["version"] ?? "latest")}`,
  initialConfig: { workflow: "self", version: "latest", input: "{{ input }}" },
  estimate: () => ({ ms: 10_000, costUsd: 0 }),
});
