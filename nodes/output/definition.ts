import { z } from "zod";
import { defineNode } from "../define-node.ts";
import { copyPorts, sink } from "../ports.ts";

export const output = defineNode({
  type: "output",
  behaviour: "output",
  title: "Output",
  description: "What the run gives to whoever started it.",
  family: "flow",
  icon: "flag",
  config: z.strictObject({
    value: z
      .json()
      .meta({ title: "Output", description: "What the run gives: one expression, or fields with one each." }),
  }),
  ports: () => copyPorts(sink),
  summary: (config) =>
    typeof config["value"] === "string" ? config["value"] : Object.keys(config["value"] ?? {}).join(", "),
  initialConfig: { value: "{{ in.value }}" },
});
