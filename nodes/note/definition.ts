import { z } from "zod";
import { defineNode } from "../define-node.ts";
import { copyPorts, none } from "../ports.ts";

export const note = defineNode({
  type: "note",
  behaviour: "note",
  title: "Note",
  description: "A remark for people. It does nothing.",
  family: "flow",
  icon: "sticky-note",
  config: z.strictObject({ text: z.string().max(20_000).default("").meta({ control: "long" }) }),
  ports: () => copyPorts(none),
  summary: (config) => String(config["text"] ?? ""),
  initialConfig: { text: "" },
});
