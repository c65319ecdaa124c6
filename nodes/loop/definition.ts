import { z } from "zod";
import { fileLimits } from "../../engine/workflow/file.ts";
import { defineNode, templated } from "../define-node.ts";
import { copyPorts, straight } from "../ports.ts";

const common = {
  concurrency: templated(z.int().min(1).max(1_000))
    .default(1)
    .meta({ title: "At work at once", description: "How many iterations run side by side." }),
  maxIterations: z
    .int()
    .min(1)
    .max(fileLimits.loopItems)
    .optional()
    .meta({ title: "At most", description: "Iterations after which it stops for good." }),
  onItemError: z.enum(["fail", "continue"]).default("fail").meta({
    title: "When one fails",
    description: "Continue leaves null in its place and its index among the missing.",
  }),
  completion: z
    .strictObject({
      atLeast: z.int().min(1).max(fileLimits.loopItems).optional().meta({ title: "So many have succeeded" }),
      when: templated(z.boolean()).optional().meta({
        title: "This holds",
        description: "Asked after each iteration; loop.done, loop.succeeded and loop.last.outputs are there.",
      }),
      cancelOthers: z.boolean().default(true).meta({ title: "Iterations under way are cancelled" }),
    })
    .refine((rule) => rule.atLeast !== undefined || rule.when !== undefined, { error: "say when it is complete" })
    .optional()
    .meta({ rare: true, title: "Ends early when" }),
};

export const loopConfigSchema = z.discriminatedUnion("mode", [
  z.strictObject({
    mode: z.literal("each"),
    items: templated(z.array(z.json())).meta({ description: "A list. Inside, each one is loop.item." }),
    open: z.boolean().default(false).meta({
      rare: true,
      title: "Stays open",
      description: "Steps and events may add items until it is closed.",
    }),
    ...common,
  }),
  z.strictObject({
    mode: z.literal("times"),
    times: templated(z.int().min(0).max(fileLimits.loopItems)).meta({ title: "How many times" }),
    ...common,
  }),
  z.strictObject({
    mode: z.literal("while"),
    while: templated(z.boolean()).meta({
      title: "While this holds",
      description: "Asked before each iteration; loop.index and loop.last.outputs are there.",
    }),
    ...common,
  }),
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
