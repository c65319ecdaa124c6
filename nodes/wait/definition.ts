import { z } from "zod";
import { eventNamePattern } from "../../engine/run/listeners.ts";
import { defineNode, templated } from "../define-node.ts";
import { copyPorts, straight } from "../ports.ts";

const yearMs = 31_536_000_000;

export const waitConfigSchema = z.discriminatedUnion("mode", [
  z.strictObject({
    mode: z.literal("duration"),
    durationMs: templated(z.int().min(0).max(yearMs)).meta({ title: "How long" }),
  }),
  /** An ISO 8601 instant with its zone, or epoch milliseconds. */
  z.strictObject({
    mode: z.literal("until"),
    until: templated(z.union([z.iso.datetime({ offset: true }), z.number()])).meta({
      description: "A moment with its zone, such as 2027-01-31T09:00:00+01:00.",
    }),
  }),
  z.strictObject({
    mode: z.literal("event"),
    event: z
      .string()
      .regex(eventNamePattern, "must be a name such as order.paid")
      .meta({ description: "Name of the event, of this organisation or of the run. Its payload is the output." }),
    key: z
      .string()
      .max(2_000)
      .nullable()
      .default(null)
      .meta({ description: "Only an event with this key, such as {{ input.orderId }}." }),
    keep: z.boolean().default(false).meta({
      title: "Also one that came early",
      description: "An event that came since the run began and before this step is held for it.",
    }),
  }),
  /** Somebody calls the address of this step: `run.callbacks` has it, and the API gives it for a run and a step. */
  z.strictObject({ mode: z.literal("callback") }),
  /** Until one of its handlers interrupts it. */
  z.strictObject({ mode: z.literal("handlers") }),
]);

export const wait = defineNode({
  type: "wait",
  behaviour: "wait",
  title: "Wait",
  description: "Goes on after a time, at an instant, at an event or a call. Holds no worker meanwhile.",
  family: "flow",
  icon: "hourglass",
  config: waitConfigSchema,
  ports: () => copyPorts(straight),
  check: (node, config) =>
    config["mode"] !== "handlers" || node.on.some((handler) => handler.interrupt)
      ? []
      : [
          {
            path: ["on"],
            message: "it waits for its handlers, and none of them interrupts it.",
            fix: "Add a handler that interrupts: an event, or a time after which it goes on.",
          },
        ],
  summary: (config) => {
    if (config["mode"] === "event") return `for ${String(config["event"])}`;
    if (config["mode"] === "callback") return "for a call of its address";
    if (config["mode"] === "handlers") return "for its handlers";
    return config["mode"] === "until"
      ? `until ${String(config["until"])}`
      : `${Number(config["durationMs"]) / 1_000} s`;
  },
  initialConfig: { mode: "duration", durationMs: 60_000 },
  estimate: (config) => ({ ms: typeof config["durationMs"] === "number" ? config["durationMs"] : 0, costUsd: 0 }),
});
