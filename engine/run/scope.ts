import type { Json, JsonObject } from "../json.ts";
import type { Plan, PlanNode } from "../workflow/plan.ts";
import { stepParts } from "./path.ts";
import type { Frame, RunState } from "./state.ts";

/**
 * What the expressions of a step may read: only the names its config mentions, so that a small expression in a large run stays small.
 * `in` is there twice: plain references read "in", code reads "$in".
 */
export function scopeOf(plan: Plan, state: RunState, step: string): JsonObject {
  const { frame: frameName, node: id } = stepParts(step);
  const node = plan.nodes.get(id);
  const frame = state.frames[frameName];
  const scope: JsonObject = {};
  if (node === undefined || frame === undefined) return scope;
  for (const root of node.reads) {
    const value = readRoot(plan, state, frame, node, root);
    scope[root] = value;
    if (root === "in") scope["$in"] = value;
  }
  return scope;
}

function readRoot(plan: Plan, state: RunState, frame: Frame, node: PlanNode, root: string): Json {
  switch (root) {
    case "input":
      return state.input;
    case "vars":
      return state.vars;
    case "run":
      return { id: state.runId, queuedAt: state.queuedAt, workflow: plan.file.name };
    case "loop":
      return loopValue(plan, state, frame, node);
    case "error":
      return errorValue(frame, node);
    case "in":
      return inValue(frame, node);
    default:
      return stepValue(state, frame, root);
  }
}

/** The nearest loop around the step; for a loop's own condition, that loop before its next iteration. */
function loopValue(plan: Plan, state: RunState, frame: Frame, node: PlanNode): Json {
  const own = frame.steps[node.id]?.loop;
  if (node.behaviour === "loop" && own !== null && own !== undefined && own.checking !== null) {
    return { index: own.checking, item: null, count: own.next, last: own.last === null ? null : { outputs: own.last } };
  }
  for (let current: Frame | undefined = frame; current !== undefined; current = parentOf(state, current)) {
    if (current.container === null || plan.nodes.get(current.container)?.behaviour !== "loop") continue;
    const progress = parentOf(state, current)?.steps[current.container]?.loop ?? null;
    return {
      index: current.index,
      item: current.item,
      count: progress?.total ?? null,
      last: progress === null || progress.last === null ? null : { outputs: progress.last },
    };
  }
  return null;
}

function parentOf(state: RunState, frame: Frame): Frame | undefined {
  return frame.parent === null ? undefined : state.frames[frame.parent];
}

function errorValue(frame: Frame, node: PlanNode): Json {
  const edge = node.incoming.find((each) => each.sourcePort === "error" && frame.edges[each.id] === "taken");
  const error = edge === undefined ? null : (frame.steps[edge.source]?.error ?? null);
  return error === null || edge === undefined ? null : { code: error.code, message: error.message, step: edge.source };
}

function inValue(frame: Frame, node: PlanNode): Json {
  const from = frame.arrivals[node.id] ?? [];
  const all = from.map((source) => frame.steps[source]?.output ?? null);
  return { value: all[0] ?? null, from, all };
}

/** A step of this frame or of one around it. One that did not come up, or was skipped, has no outputs. */
function stepValue(state: RunState, frame: Frame, id: string): Json {
  for (let current: Frame | undefined = frame; current !== undefined; current = parentOf(state, current)) {
    const record = current.steps[id];
    if (record === undefined) continue;
    const error = record.error === null ? null : { code: record.error.code, message: record.error.message };
    return { status: record.status, outputs: record.status === "completed" ? record.output : null, error };
  }
  return { status: "pending", outputs: null, error: null };
}
