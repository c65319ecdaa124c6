import { z } from "zod";
import { defineNode } from "../define-node.ts";
import { copyPorts, straight } from "../ports.ts";

export const tryNode = defineNode({
  type: "try",
  behaviour: "try",
  title: "Try",
  description: "Runs what is inside; when a step in there fails, the rest is cancelled and the error port is taken.",
  family: "flow",
  icon: "shield",
  config: z.strictObject({
    aggregate: z.boolean().default(true).meta({
      rare: true,
      title: "Gather outputs",
      description: "Outputs of its last steps by their ids.",
    }),
  }),
  ports: () => copyPorts(straight),
  summary: () => "catches failures inside",
  initialConfig: { aggregate: true },
  outputType: () => "object",
});
