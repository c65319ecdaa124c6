import { z } from "zod";
import { defineNode, templated } from "../define-node.ts";
import { choosing } from "../ports.ts";

export const condition = defineNode({
  type: "condition",
  behaviour: "compute",
  title: "Condition",
  description: "Goes one way when an expression is true, the other when it is false.",
  family: "logic",
  icon: "split",
  config: z.strictObject({
    expression: templated(z.boolean()).meta({
      title: "Condition",
      description: "An expression that is true or false, such as {{ input.amount > 10000 }}.",
    }),
  }),
  ports: () =>
    choosing([
      { name: "true", label: "True" },
      { name: "false", label: "False" },
    ]),
  summary: (config) => String(config["expression"] ?? "").replace(/^\{\{\s*|\s*\}\}$/g, ""),
  initialConfig: { expression: "{{ true }}" },
});
