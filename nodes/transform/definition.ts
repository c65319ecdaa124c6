import { z } from "zod";
import { defineNode } from "../define-node.ts";
import { copyPorts, straight } from "../ports.ts";

export const transform = defineNode({
  type: "transform",
  behaviour: "compute",
  title: "Transform",
  description: "Makes a new value out of what earlier steps gave.",
  family: "data",
  icon: "braces",
  config: z.strictObject({
    value: z.json().meta({ description: "One expression, or fields with an expression each." }),
  }),
  ports: () => copyPorts(straight),
  summary: (config) => {
    const { value } = config;
    return typeof value === "string" ? value : Object.keys(value ?? {}).join(", ");
  },
  initialConfig: { value: "{{ input }}" },
});
