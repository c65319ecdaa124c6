import { z } from "zod";
import { defineNode } from "../define-node.ts";
import { copyPorts, sink } from "../ports.ts";

export const continueNode = defineNode({
  type: "continue",
  behaviour: "continue",
  title: "Continue",
  description: "Ends this iteration at once, and the loop goes on.",
  family: "flow",
  icon: "skip-forward",
  config: z.strictObject({
    value: z.json().optional().meta({ description: "What this iteration gives. Empty: what it has so far." }),
  }),
  ports: () => copyPorts(sink),
  summary: () => "next iteration",
  initialConfig: {},
});
