import { z } from "zod";
import { defineNode } from "../define-node.ts";
import { copyPorts, straight } from "../ports.ts";

export const parallelConfigSchema = z.strictObject({
  wait: z
    .union([z.enum(["all", "first"]), z.int().min(1).max(1_000)])
    .default("all")
    .meta({ title: "Goes on after", description: "Branches that must succeed; the others are cancelled then." }),
  onBranchError: z.enum(["fail", "continue"]).default("fail").meta({ title: "When a branch fails" }),
  aggregate: z.boolean().default(true).meta({
    rare: true,
    title: "Gather outputs",
    description: "Outputs of its branches by the id of their last step.",
  }),
});

export const parallel = defineNode({
  type: "parallel",
  behaviour: "parallel",
  title: "Parallel",
  description: "Runs what is inside side by side and waits for all branches, the first or some.",
  family: "flow",
  icon: "columns-3",
  config: parallelConfigSchema,
  ports: () => copyPorts(straight),
  summary: (config) => (config["wait"] === "all" ? "waits for all" : `waits for ${String(config["wait"] ?? "all")}`),
  initialConfig: { wait: "all", onBranchError: "fail", aggregate: true },
  outputType: () => "object",
});
