import { z } from "zod";
import { defineNode } from "../define-node.ts";
import { copyPorts, sink } from "../ports.ts";

export const endNode = defineNode({
  type: "end",
  behaviour: "end",
  title: "End",
  description: "Completes the container it stands in, or the run, at once; what is under way there is cancelled.",
  family: "flow",
  icon: "octagon-x",
  config: z.strictObject({
    value: z
      .json()
      .optional()
      .meta({ description: "What the container, iteration or run gives. Empty: what it has so far." }),
  }),
  ports: () => copyPorts(sink),
  summary: () => "ends what it stands in",
  initialConfig: {},
});
