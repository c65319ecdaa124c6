import { z } from "zod";
import { defineNode } from "../define-node.ts";
import { copyPorts, straight } from "../ports.ts";

export const parallelConfigSchema = z.strictObject({
  /** Branches that must succeed before it goes on; the others are cancelled then. */
  wait: z.union([z.enum(["all", "first"]), z.int().min(1).max(1_000)]).default("all"),
  onBranchError: z.enum(["fail", "continue"]).default("fail"),
  /** Whether its outputs are those of its branches by node id, or null. */
  aggregate: z.boolean().default(true),
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
