import { isJsonObject, type Json, type JsonObject } from "../../../engine/json.ts";
import { isReference } from "../../../engine/run/artifact.ts";
import type { WorkflowFile, WorkflowNode } from "../../../engine/workflow/file.ts";
import type { SampleRun } from "../run/editor-runs.ts";
import { containersOf, incoming, nameOf, nodesOf, outgoing, upstream } from "../store/graph.ts";
import { outputShape, shapeOfSchema } from "./output-shape.ts";

/** Something an expression may read here. */
export interface ScopeEntry {
  /** As it is written: `review.outputs.report`. */
  path: string;
  /** What it is, for people. */
  label: string;
  type: string;
  depth: number;
  /** Of the last run; undefined where it has none. */
  sample: Json | undefined;
}

/** One root of the scope: the input, a step before, the variables. */
export interface ScopeGroup {
  root: string;
  title: string;
  entries: ScopeEntry[];
}

const mostEntries = 60;
const deepest = 4;

/** All that the settings of a node may read, nearest first, with values of the last run where there is one. */
export function scopeOf(file: WorkflowFile, id: string, run: SampleRun | null): ScopeGroup[] {
  const node = nodesOf(file).get(id);
  if (node === undefined) return [];
  const samples = sampleScope(file, id, run);
  const groups: ScopeGroup[] = [];
  const around = containersOf(file, id);
  const loop = [id, ...around].some((each) => nodesOf(file).get(each)?.type === "loop");
  if (loop) groups.push(group("loop", "This loop", { item: {}, index: 0, count: 0, last: {} }, samples["loop"]));
  for (const each of stepsBefore(file, node, around)) {
    const shape = { outputs: outputShape(each) };
    groups.push(group(each.id, nameOf(each), shape, samples[each.id]));
  }
  groups.push(group("input", "Run input", shapeOfSchema(file.input), samples["input"]));
  if (file.variables.length > 0) {
    const shape = Object.fromEntries(
      file.variables.map((variable): [string, Json] => [variable.name, variable.default]),
    );
    groups.push(group("vars", "Variables", shape, samples["vars"]));
  }
  if (incoming(file, id).length > 0)
    groups.push(group("in", "What came in", { value: {}, from: "", all: [] }, samples["in"]));
  if (incoming(file, id).some((edge) => edge.sourcePort === "error")) {
    groups.push(group("error", "The error", { code: "", message: "", details: {} }, undefined));
  }
  const facts = { id: "", queuedAt: 0, workflow: "", ...callbacksOf(file, [id, ...around]) };
  groups.push(group("run", "This run", facts, samples["run"]));
  return groups;
}

/** Addresses that end waits: of those that stand beside the node, or beside what it stands in. */
function callbacksOf(file: WorkflowFile, inside: readonly string[]): JsonObject {
  const scopes = new Set(inside.map((each) => nodesOf(file).get(each)?.parentId ?? null));
  const waits = file.nodes.filter(
    ({ type, config, parentId }) => type === "wait" && config["mode"] === "callback" && scopes.has(parentId ?? null),
  );
  return waits.length === 0 ? {} : { callbacks: Object.fromEntries(waits.map((wait) => [wait.id, ""])) };
}

/** The steps that are decided before this one, in its own container and in those around; the last before it first. */
function stepsBefore(file: WorkflowFile, node: WorkflowNode, around: readonly string[]): WorkflowNode[] {
  const found: WorkflowNode[] = [];
  for (const each of [node.id, ...around]) {
    const before = upstream(file, each);
    const order = file.nodes.filter((other) => before.has(other.id) && other.type !== "start");
    const depth = depthsIn(file, before);
    found.push(...order.toSorted((a, b) => (depth.get(b.id) ?? 0) - (depth.get(a.id) ?? 0)));
  }
  return found;
}

/** The longest way to each: whoever has most steps behind it stands last in time. */
function depthsIn(file: WorkflowFile, ids: ReadonlySet<string>): Map<string, number> {
  const depths = new Map<string, number>();
  const open = new Map<string, number>();
  for (const id of ids) open.set(id, incoming(file, id).filter((edge) => ids.has(edge.source)).length);
  const ready = [...ids].filter((id) => open.get(id) === 0);
  for (const id of ready) {
    for (const { target } of outgoing(file, id)) {
      const left = (open.get(target) ?? 0) - 1;
      depths.set(target, Math.max(depths.get(target) ?? 0, (depths.get(id) ?? 0) + 1));
      open.set(target, left);
      if (left === 0) ready.push(target);
    }
  }
  return depths;
}

function group(root: string, title: string, shape: Json, sample: Json | undefined): ScopeGroup {
  const entries: ScopeEntry[] = [];
  collect(root, title, shape, sample, 0, entries);
  return { root, title, entries };
}

function collect(
  path: string,
  label: string,
  shape: Json,
  sample: Json | undefined,
  depth: number,
  into: ScopeEntry[],
): void {
  if (into.length >= mostEntries) return;
  into.push({ path, label, type: typeName(sample ?? shape), depth, sample });
  if (depth >= deepest) return;
  const known = isJsonObject(shape) ? shape : {};
  const seen = isJsonObject(sample) ? sample : {};
  for (const key of new Set([...Object.keys(known), ...Object.keys(seen)])) {
    const child = /^[A-Za-z_$][\w$]*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
    collect(child, key, known[key] ?? null, isJsonObject(sample) ? seen[key] : undefined, depth + 1, into);
  }
}

export function typeName(value: Json | undefined): string {
  if (value === null || value === undefined) return "any";
  return Array.isArray(value) ? "list" : typeof value === "string" ? "text" : typeof value;
}

/** The scope as the last run had it: what previews are computed on. A step in a loop shows its last iteration. */
export function sampleScope(file: WorkflowFile, id: string, run: SampleRun | null): JsonObject {
  const scope: JsonObject = {
    vars: Object.fromEntries(file.variables.map((variable): [string, Json] => [variable.name, variable.default])),
  };
  if (run === null) return scope;
  scope["input"] = run.input;
  scope["run"] = {
    id: run.id,
    queuedAt: typeof run.createdAt === "number" ? run.createdAt : Date.parse(run.createdAt),
    workflow: file.name,
  };
  for (const step of run.steps) {
    // What did not come with the run cannot be computed on.
    if (isReference(step.output)) continue;
    if (step.status === "completed" || step.status === "failed") {
      scope[step.node] = { outputs: step.output, status: step.status, error: step.error as Json };
    }
  }
  const inputs = incoming(file, id).map((edge) => edge.source);
  const taken = inputs.filter((source) => isJsonObject(scope[source]) || source === startOf(file));
  const valueOf = (source: string): Json => {
    const step = scope[source];
    return source === startOf(file) ? run.input : isJsonObject(step) ? (step["outputs"] ?? null) : null;
  };
  const [first] = taken;
  if (first !== undefined) scope["in"] = { value: valueOf(first), from: first, all: taken.map(valueOf) };
  const loop = loopSample(file, id, run);
  if (loop !== null) scope["loop"] = loop;
  return scope;
}

function startOf(file: WorkflowFile): string | undefined {
  return file.nodes.find((node) => node.type === "start")?.id;
}

function loopSample(file: WorkflowFile, id: string, run: SampleRun): JsonObject | null {
  const container = [id, ...containersOf(file, id)].find((each) => nodesOf(file).get(each)?.type === "loop");
  if (container === undefined) return null;
  const step = run.steps.find((each) => each.node === container);
  const items = isJsonObject(step?.input) ? step.input["items"] : undefined;
  if (!Array.isArray(items)) return { index: 0, count: null, item: null, last: null };
  return { index: 0, count: items.length, item: items[0] ?? null, last: null };
}
