import { z } from "zod";
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
]);

export const wait = defineNode({
  type: "wait",
  behaviour: "wait",
  title: "Wait",
  description: "Goes on after a time, or at an instant. Holds no worker meanwhile.",
  family: "flow",
  icon: "hourglass",
  config: waitConfigSchema,
  ports: () => copyPorts(straight),
  summary: (config) =>
    config["mode"] === "until" ? `until ${String(config["until"])}` : `${Number(config["durationMs"]) / 1_000} s`,
  initialConfig: { mode: "duration", durationMs: 60_000 },
  estimate: (config) => ({ ms: typeof config["durationMs"] === "number" ? config["durationMs"] : 0, costUsd: 0 }),
});
