import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { eachContainer } from "../workflow/each-region.ts";
import type { Plan, PlanNode } from "../workflow/plan.ts";
import { callbacksOf } from "./callbacks.ts";
import { handledValue } from "./handlers.ts";
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
      return node.mayRead === null
        ? state.vars
        : Object.fromEntries(node.mayRead.map((name) => [name, state.vars[name] ?? null]));
    case "run":
      return runValue(plan, state, frame);
    case "loop":
      return loopValue(plan, state, frame, node);
    case "error":
      return frame.undoes === undefined ? errorValue(frame, node) : failureValue(state);
    case "in":
      return inValue(state, frame, node);
    default:
      return stepValue(state, frame, root, node);
  }
}

function runValue(plan: Plan, state: RunState, frame: Frame): JsonObject {
  const callbacks = callbacksOf(plan, state, frame);
  const facts = { id: state.runId, queuedAt: state.queuedAt, workflow: plan.file.name };
  return callbacks === null ? facts : { ...facts, callbacks };
}

/** The nearest loop around the step; for a loop's own condition, that loop before its next iteration. */
function loopValue(plan: Plan, state: RunState, frame: Frame, node: PlanNode): Json {
  if (frame.undoes !== undefined) return frame.undoes.loop;
  const own = frame.steps[node.id]?.loop;
  if (node.behaviour === "loop" && own !== null && own !== undefined && typeof own.judging === "number") {
    const last = own.last === null ? null : { outputs: own.last };
    const done = own.judging;
    return { index: done - 1, item: null, count: own.total, done, succeeded: done - own.missing.length, last };
  }
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

/** The failure that is being rolled back. */
function failureValue({ error, errorStep }: RunState): Json {
  return error === null ? null : { code: error.code, message: error.message, step: errorStep };
}

function inValue(state: RunState, frame: Frame, node: PlanNode): Json {
  if (frame.undoes !== undefined)
    return { value: frame.undoes.output, from: [frame.undoes.step], all: [frame.undoes.output] };
  const outer = frame.parent === null ? undefined : state.frames[frame.parent];
  if (outer !== undefined && frame.container === eachContainer(node.id) && typeof frame.item === "string") {
    const value = outer.steps[frame.item]?.output ?? null;
    return { value, from: [frame.item], all: [value] };
  }
  const from = frame.arrivals[node.id] ?? [];
  const all = from.flatMap((source) => arrived(frame, node, source));
  return { value: all[0] ?? null, from, all };
}

/** What came in from a node: its output, what its handler heard, or every result of one that ran for each of its edges. */
function arrived(frame: Frame, node: PlanNode, source: string): Json[] {
  const record = frame.steps[source];
  const edges = node.incoming.filter((edge) => edge.source === source && frame.edges[edge.id] === "taken");
  for (const { sourcePort } of edges) {
    const heard = handledValue(record, sourcePort);
    if (heard !== undefined) return [heard];
  }
  if (record?.loop !== null && record !== undefined && source.endsWith("$") && Array.isArray(record.output)) {
    const ports = edges.map((edge) => edge.sourcePort);
    return record.output.flatMap((result) =>
      isJsonObject(result) ? ports.flatMap((port) => (Object.hasOwn(result, port) ? [result[port] ?? null] : [])) : [],
    );
  }
  return [record?.output ?? null];
}

/** A step of this frame or of one around it. One that did not come up, or was skipped, has no outputs. */
function stepValue(state: RunState, frame: Frame, id: string, node: PlanNode): Json {
  if (frame.undoes !== undefined && node.compensates && stepParts(frame.undoes.step).node === id)
    return { status: "completed", outputs: frame.undoes.output, error: null };
  for (let current: Frame | undefined = frame; current !== undefined; current = parentOf(state, current)) {
    const record = current.steps[id];
    if (record === undefined) continue;
    const error = record.error === null ? null : { code: record.error.code, message: record.error.message };
    const given = record.status === "completed" || record.loop?.gave === true;
    return { status: record.status, outputs: given ? record.output : null, error };
  }
  return { status: "pending", outputs: null, error: null };
}
