import { z } from "zod";
import { defineNode, templated } from "../define-node.ts";
import { branching, choosing } from "../ports.ts";

const portName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, "must be letters, digits and _, a letter first")
  .refine((name) => name !== "error" && name !== "default", { error: "is the name of another port" });

export const switchConfigSchema = z.strictObject({
  mode: z.enum(["first", "every"]).default("first").meta({
    title: "Takes",
    description: "The first case that holds, or every one that does. Otherwise is taken when none does.",
  }),
  cases: z
    .array(
      z.strictObject({
        port: portName.meta({ half: true }),
        label: z.string().max(100).optional().meta({ half: true }),
        when: templated(z.boolean()),
      }),
    )
    .min(1, "give at least one case")
    .max(50)
    .refine((cases) => new Set(cases.map((each) => each.port)).size === cases.length, {
      error: "two cases share a port",
    })
    .meta({ item: "Case" }),
});

export const switchNode = defineNode({
  type: "switch",
  behaviour: "compute",
  title: "Switch",
  description: "Takes the first case that holds, or every one.",
  family: "logic",
  icon: "route",
  config: switchConfigSchema,
  ports: (config) => {
    const { mode, cases } = switchConfigSchema.parse(config);
    const ports = cases.map(({ port, label }) => ({ name: port, label: label ?? port }));
    return (mode === "first" ? choosing : branching)([...ports, { name: "default", label: "Otherwise" }]);
  },
  summary: (config) =>
    `${Array.isArray(config["cases"]) ? config["cases"].length : 0} cases, ${String(config["mode"] ?? "first")}`,
  initialConfig: { mode: "first", cases: [{ port: "yes", when: "{{ true }}" }] },
});
