import { z } from "zod";
import { defineNode } from "../define-node.ts";
import { copyPorts, source } from "../ports.ts";

export const start = defineNode({
  type: "start",
  behaviour: "entry",
  title: "Start",
  description: "Where a run begins. Its form comes from the workflow's input.",
  family: "trigger",
  icon: "play",
  config: z.strictObject({}),
  ports: () => copyPorts(source),
  summary: () => "When a run is started",
  initialConfig: {},
  estimate: () => ({ ms: 0, costUsd: 0 }),
});
