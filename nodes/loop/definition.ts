import { z } from "zod";
import { fileLimits } from "../../engine/workflow/file.ts";
import { defineNode, templated } from "../define-node.ts";
import { copyPorts, straight } from "../ports.ts";

const common = {
  /** Iterations at work at once. */
  concurrency: templated(z.int().min(1).max(1_000)).default(1),
  maxIterations: z.int().min(1).max(fileLimits.loopItems).optional(),
  /** continue: a failed iteration leaves null in its place and its index among the missing. */
  onItemError: z.enum(["fail", "continue"]).default("fail"),
};

export const loopConfigSchema = z.discriminatedUnion("mode", [
  z.strictObject({ mode: z.literal("each"), items: templated(z.array(z.json())), ...common }),
  z.strictObject({ mode: z.literal("times"), times: templated(z.int().min(0).max(fileLimits.loopItems)), ...common }),
  z.strictObject({ mode: z.literal("while"), while: templated(z.boolean()), ...common }),
]);

export const loop = defineNode({
  type: "loop",
  behaviour: "loop",
  title: "Loop",
  description: "Repeats what is inside for each item of a list, a number of times, or while a condition holds.",
  family: "flow",
  icon: "repeat",
  config: loopConfigSchema,
  ports: () => copyPorts(straight),
  summary: (config) => {
    if (config["mode"] === "times") return `${String(config["times"])} times`;
    return config["mode"] === "while" ? `while ${String(config["while"])}` : `each of ${String(config["items"])}`;
  },
  initialConfig: { mode: "each", items: "{{ input.items }}", concurrency: 1, onItemError: "fail" },
  outputType: () => "object",
});
