import { BatonError } from "../../engine/errors.ts";
import type { Json } from "../../engine/json.ts";
import type { Prepared } from "../../engine/run/input.ts";
import type { PlanNode } from "../../engine/workflow/plan.ts";
import { executeAgent } from "../agent/execute.ts";
import { computeAppend } from "../append/compute.ts";
import { approvalRequest } from "../approval/request.ts";
import { computeCondition } from "../condition/compute.ts";
import type { Compute, Execute } from "../define-node.ts";
import { computeEmit } from "../emit/compute.ts";
import { executeEmit } from "../emit/execute.ts";
import { executeHttp } from "../http/execute.ts";
import { openLoop } from "../loop/open.ts";
import { computeSet } from "../set/compute.ts";
import { computeSwitch } from "../switch/compute.ts";
import { computeTransform } from "../transform/compute.ts";
import { callWorkflow } from "../sub-workflow/call.ts";
import { beginWait } from "../wait/begin.ts";
import type { definitions } from "./definitions.ts";

type TypesOf<B extends string> = Extract<(typeof definitions)[number], { behaviour: B }>["type"];

/** Nodes that compute inside the turn. The compiler asks for one of each. */
const computes: Record<
  TypesOf<"compute"> | TypesOf<"output"> | TypesOf<"break"> | TypesOf<"continue"> | TypesOf<"end"> | "emit",
  Compute
> = {
  append: computeAppend,
  emit: computeEmit,
  break: computeTransform,
  continue: computeTransform,
  end: computeTransform,
  transform: computeTransform,
  output: computeTransform,
  set: computeSet,
  condition: computeCondition,
  switch: computeSwitch,
};

/** Effects by node type. The compiler asks for one of each. */
const effects: Record<TypesOf<"effect">, Execute> = {
  agent: executeAgent,
  emit: executeEmit,
  http: executeHttp,
};
export const executors: Readonly<Record<string, Execute>> = effects;

/** A prepared node before the driver gives an approval or a sub-workflow's run its id. A workflow of null is the run's own. */
export type PreparedNode =
  | Exclude<Prepared, { kind: "approval" | "loop-check" | "loop-judge" | "call" }>
  | Omit<Extract<Prepared, { kind: "approval" }>, "approvalId">
  | { kind: "call"; workflowId: string | null; version: number | null; input: Json };

export interface PrepareAt {
  /** Epoch ms. */
  now: number;
  step: string;
}

/** Turns a node's evaluated config into what its behaviour wants. Pure; throws BatonError for input that makes no sense. */
export function prepareNode(node: PlanNode, input: Record<string, Json>, at: PrepareAt): PreparedNode {
  switch (node.behaviour) {
    case "effect":
      return { kind: "effect", input };
    case "approval":
      return { kind: "approval", request: approvalRequest(input) };
    case "wait":
      return { kind: "wait", ...beginWait(input, at) };
    case "parallel":
    case "try":
      return { kind: "open" };
    case "call":
      return { kind: "call", ...callWorkflow(input) };
    case "loop":
      return { kind: "loop", ...openLoop(input) };
    default: {
      const compute = (computes as Readonly<Record<string, Compute>>)[node.type];
      if (compute === undefined) throw new BatonError("INTERNAL", `Nothing computes nodes of type ${node.type}.`);
      // What a computing node was given stands in its output already: it is not journalled twice.
      return { kind: "computed", outcome: compute(input), input: null };
    }
  }
}
