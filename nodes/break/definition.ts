import { z } from "zod";
import { defineNode } from "../define-node.ts";
import { copyPorts, sink } from "../ports.ts";

export const breakNode = defineNode({
  type: "break",
  behaviour: "break",
  title: "Break",
  description: "Ends the loop around it at once; iterations under way are cancelled.",
  family: "flow",
  icon: "circle-stop",
  config: z.strictObject({
    value: z.json().optional().meta({ description: "What this iteration gives. Empty: what it has so far." }),
  }),
  ports: () => copyPorts(sink),
  summary: () => "ends the loop",
  initialConfig: {},
});
