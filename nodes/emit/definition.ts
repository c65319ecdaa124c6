import { z } from "zod";
import { eventNamePattern } from "../../engine/run/listeners.ts";
import { defineNode } from "../define-node.ts";
import { copyPorts, straight } from "../ports.ts";

export const emitConfigSchema = z.strictObject({
  event: z
    .string()
    .regex(eventNamePattern, "must be a name such as order.paid")
    .refine((name) => !name.startsWith("baton."), { error: "names that begin with baton. are the product's own" })
    .meta({ description: "Name of the event, such as order.paid." }),
  key: z
    .string()
    .max(2_000)
    .nullable()
    .default(null)
    .meta({ description: "Who it is for: listeners with another key do not hear it." }),
  payload: z.json().default(null).meta({ description: "What it says." }),
  to: z.enum(["organization", "run"]).default("organization").meta({
    title: "Heard by",
    description: "Everything in the organisation that listens, or the steps of this run alone.",
  }),
});

export const emit = defineNode({
  type: "emit",
  behaviour: "effect",
  behaviourOf: (config) => (config["to"] === "run" ? "compute" : "effect"),
  title: "Emit event",
  description: "Tells an event to whoever listens: other workflows, or steps of this run.",
  family: "flow",
  icon: "radio",
  config: emitConfigSchema,
  ports: () => copyPorts(straight),
  summary: (config) => `${String(config["event"] ?? "")}${config["to"] === "run" ? " · this run" : ""}`,
  initialConfig: { event: "something.happened", key: null, payload: "{{ input }}", to: "organization" },
  outputType: () => "object",
  estimate: () => ({ ms: 10, costUsd: 0 }),
});
