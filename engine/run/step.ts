import { isJsonObject, type Json } from "../json.ts";
import type { Plan, PlanEdge, PlanNode } from "../workflow/plan.ts";
import { isContainer } from "../workflow/scopes.ts";
import { decideJoin } from "./join.ts";
import { acquireLimit, leaveQueue, releaseLimit } from "./limits.ts";
import { frameId, stepId } from "./path.ts";
import type { Frame, RunState, Step } from "./state.ts";
import { isStepEnded, type StepStatus } from "./status.ts";

/** A step that has come up, with its name (path.ts). */
export interface NamedStep {
  step: string;
  frame: Frame;
  node: PlanNode;
  record: Step;
}

/** Told of every change of a step while events are folded in: how turns find what to do and views what to show. */
export type Observer = (change: NamedStep) => void;

/** One folding of an event: what it works on. */
export interface Fold {
  plan: Plan;
  state: RunState;
  observe: Observer | undefined;
  /** Tells a container that a step in its frame was decided; given by fold.ts, as containers build on steps. */
  frameChanged(folding: Fold, frame: Frame): void;
  /** True while all that is under way is stopped at the end of a run: nothing new may begin. */
  stopping?: boolean;
  /** Limits that have room for a step which waits. */
  freed?: Set<string>;
}

/** Sets a step's status and keeps the counts that `waiting` and `maxConcurrency` are decided by. */
export function setStatus(folding: Fold, frame: Frame, node: PlanNode, record: Step, status: StepStatus): void {
  const { state } = folding;
  if (record.blocked === true) leaveQueue(state, frame, node, record);
  else count(state, node, record.status, -1);
  record.status = status;
  count(state, node, status, 1);
  folding.observe?.({ step: stepId(frame.id, node.id), frame, node, record });
  if (isStepEnded(status)) letGo(folding, node, record);
}

/** An ended step holds no limit and listens to nothing. */
function letGo(folding: Fold, node: PlanNode, record: Step): void {
  const { state } = folding;
  if (record.holds !== undefined && releaseLimit(state, record) && folding.stopping !== true && node.limit !== null)
    (folding.freed ??= new Set()).add(node.limit.key);
  if (record.listening === undefined) return;
  state.listenersChanged = (state.listenersChanged ?? 0) + 1;
  // What was cut off with the run listens again when the run is taken up.
  if (folding.stopping !== true) delete record.listening;
}

function count(state: RunState, node: PlanNode, status: StepStatus, by: 1 | -1): void {
  if (status === "pending") state.pending += by;
  else if (node.behaviour === "effect" && (status === "queued" || status === "running")) state.working += by;
}

/** Opens a frame of a scope: its roots come up at once. */
export function openFrame(folding: Fold, frame: Pick<Frame, "id" | "container" | "parent" | "index" | "item">): void {
  const scope = folding.plan.scopes.get(frame.container ?? "");
  const opened: Frame = { ...frame, edges: {}, steps: {}, arrivals: {}, open: scope?.nodes.length ?? 0 };
  folding.state.frames[frame.id] = opened;
  for (const root of scope?.roots ?? []) {
    const node = folding.plan.nodes.get(root);
    // An entry node may complete at once and close the frame before the next root comes up.
    if (node !== undefined && folding.state.frames[frame.id] === opened) comeUp(folding, opened, node);
  }
}

/** It is a node's turn: it begins, or waits for a named limit. */
export function comeUp(folding: Fold, frame: Frame, node: PlanNode): void {
  const record = newStep();
  frame.steps[node.id] = record;
  if (node.cancels.length > 0) cancelOthers(folding, frame, node);
  if (node.limit !== null && !acquireLimit(folding.state, frame, node, record))
    return notice(folding, frame, node, record);
  folding.state.pending += 1;
  begin(folding, frame, node, record);
}

/** A step that is pending begins. Entries, and containers without anything to evaluate, need nothing from outside and go on at once. */
export function begin(folding: Fold, frame: Frame, node: PlanNode, record: Step): void {
  if (node.behaviour === "entry") {
    endStep(folding, frame, node, record, "completed", node.defaultPorts, folding.state.input);
  } else if ((node.behaviour === "parallel" || node.behaviour === "try") && node.handlers.length === 0) {
    openContainer(folding, frame, node, record);
  } else notice(folding, frame, node, record);
}

/** Opens the inside of a `parallel` or `try`. */
export function openContainer(folding: Fold, frame: Frame, node: PlanNode, record: Step): void {
  record.attempt += 1;
  setStatus(folding, frame, node, record, "running");
  openFrame(folding, {
    id: frameId(stepId(frame.id, node.id), 0),
    container: node.id,
    parent: frame.id,
    index: 0,
    item: null,
  });
}

/** A join that holds ends the ways that lead to nothing else. */
function cancelOthers(folding: Fold, frame: Frame, node: PlanNode): void {
  cancelSteps(folding, frame, node.cancels);
  for (const id of node.cancels) {
    for (const edge of folding.plan.nodes.get(id)?.outgoing ?? []) frame.edges[edge.id] ??= "skipped";
  }
}

function notice(folding: Fold, frame: Frame, node: PlanNode, record: Step): void {
  folding.observe?.({ step: stepId(frame.id, node.id), frame, node, record });
}

function newStep(): Step {
  return {
    status: "pending",
    attempt: 0,
    attemptBase: 0,
    claims: 0,
    output: null,
    error: null,
    due: null,
    approvalId: null,
    scheduledSeq: 0,
    loop: null,
  };
}

/** Decides a step: its edges are taken (those of `ports`) or skipped, and what waited for them comes up or is skipped in turn. */
export function endStep(
  folding: Fold,
  frame: Frame,
  node: PlanNode,
  record: Step,
  status: "completed" | "failed" | "skipped" | "cancelled",
  ports: readonly string[],
  output: Json = null,
): void {
  record.output = output;
  setStatus(folding, frame, node, record, status);
  frame.open -= 1;
  if (node.compensatedBy !== null && status === "completed") remember(folding, frame, node, output);
  // A chain of a thousand skips must not be a thousand calls deep: edges are worked off from a list.
  resolveEdges(
    folding,
    frame,
    node.outgoing.map((edge) => ({ edge, taken: ports.includes(edge.sourcePort) })),
  );
  if (folding.state.frames[frame.id] === frame) folding.frameChanged(folding, frame);
}

/** Takes ports of a step that goes on: what a handler does that does not interrupt. */
export function takePorts(folding: Fold, frame: Frame, node: PlanNode, ports: readonly string[]): void {
  const edges = node.outgoing.filter((edge) => ports.includes(edge.sourcePort));
  resolveEdges(
    folding,
    frame,
    edges.map((edge) => ({ edge, taken: true })),
  );
}

/** Marks edges, and lets skips travel on. */
function resolveEdges(folding: Fold, frame: Frame, edges: { edge: PlanEdge; taken: boolean }[]): void {
  for (let next = edges.shift(); next !== undefined; next = edges.shift()) {
    if (folding.state.frames[frame.id] !== frame) return;
    const skipped = resolveEdge(folding, frame, next.edge, next.taken);
    if (skipped !== null) edges.push(...skipped.outgoing.map((edge) => ({ edge, taken: false })));
  }
}

/** What a step gave is kept for whoever may have to undo it, when its frame is long gone. */
function remember(folding: Fold, frame: Frame, node: PlanNode, output: Json): void {
  const { state } = folding;
  if (node.compensatedBy === null || folding.plan.file.settings.onFailure !== "rollback") return;
  const loop = frame.container === null ? null : { index: frame.index, item: frame.item };
  (state.done ??= []).push({ step: stepId(frame.id, node.id), node: node.compensatedBy, output, loop });
}

/** Marks an edge; gives the target when that skips it. */
function resolveEdge(folding: Fold, frame: Frame, edge: PlanEdge, taken: boolean): PlanNode | null {
  if (frame.edges[edge.id] !== undefined) return null;
  frame.edges[edge.id] = taken ? "taken" : "skipped";
  if (taken) (frame.arrivals[edge.target] ??= []).push(edge.source);
  const target = folding.plan.nodes.get(edge.target);
  if (target === undefined) return null;
  if (target.behaviour === "each") return eachEdge(folding, frame, target, edge, taken);
  if (frame.steps[target.id] !== undefined) return null;
  const verdict = decideJoin(target, frame);
  if (verdict === "run") comeUp(folding, frame, target);
  if (verdict !== "skip") return null;
  skipStep(folding, frame, target, "skipped");
  return target;
}

/** One more way to a node that joins on each: its inside runs once more. */
function eachEdge(folding: Fold, frame: Frame, node: PlanNode, edge: PlanEdge, taken: boolean): PlanNode | null {
  const record = (frame.steps[node.id] ??= runningEach());
  if (isStepEnded(record.status) || record.loop === null) return null;
  if (taken) {
    const index = record.loop.next;
    record.loop.next += 1;
    record.loop.active += 1;
    openFrame(folding, {
      id: frameId(stepId(frame.id, node.id), index),
      container: node.id,
      parent: frame.id,
      index,
      item: edge.source,
    });
  }
  if (!isEachOver(frame, node, record)) return null;
  if (record.loop.next > 0) {
    endEach(folding, frame, node, record);
    return null;
  }
  setStatus(folding, frame, node, record, "skipped");
  frame.open -= 1;
  return node;
}

/** Takes a node that joins on each up again, from the edges that are resolved already. */
export function resumeEach(folding: Fold, frame: Frame, node: PlanNode): void {
  // Those that were taken first: skipped ones alone would let it be skipped.
  for (const mark of ["taken", "skipped"] as const) {
    for (const edge of node.incoming)
      if (frame.edges[edge.id] === mark) eachEdge(folding, frame, node, edge, mark === "taken");
  }
}

function runningEach(): Step {
  const loop = { items: null, total: null, concurrency: 1, next: 0, active: 0, results: [], missing: [], last: null };
  return { ...newStep(), status: "running", attempt: 1, loop: { ...loop, checking: null } };
}

function isEachOver(frame: Frame, node: PlanNode, record: Step): boolean {
  return record.loop?.active === 0 && node.incoming.every((edge) => frame.edges[edge.id] !== undefined);
}

/** All runs of a node that joins on each have ended: what leads away from them is taken where one of them took it. */
function endEach(folding: Fold, frame: Frame, node: PlanNode, record: Step): void {
  const results = record.loop?.results ?? [];
  const ports = node.outgoing.filter((edge) =>
    results.some((result) => isJsonObject(result) && Object.hasOwn(result, edge.sourcePort)),
  );
  endStep(
    folding,
    frame,
    node,
    record,
    "completed",
    ports.map((edge) => edge.sourcePort),
    results,
  );
}

/** One run of what follows a node that joins on each has ended. */
export function eachFrameEnded(folding: Fold, parent: Frame, node: PlanNode, record: Step, frame: Frame): void {
  if (record.loop === null) return;
  const taken: Record<string, Json> = {};
  const inside = folding.plan.scopes.get(node.id)?.nodes ?? [];
  for (const { sourcePort } of node.outgoing) {
    if (frame.edges[sourcePort] !== "taken") continue;
    const source = inside.find((id) => folding.plan.nodes.get(id)?.outgoing.some((edge) => edge.id === sourcePort));
    taken[sourcePort] = frame.steps[source ?? ""]?.output ?? null;
  }
  record.loop.results.push(taken);
  record.loop.active -= 1;
  dropFrame(folding, frame);
  if (isEachOver(parent, node, record)) endEach(folding, parent, node, record);
}

/** True for a step whose failure nothing caught: its node lets it fail, or the person who was asked did. */
export function isUncaught(node: PlanNode | undefined, record: Step): boolean {
  if (record.status !== "failed") return false;
  return node?.onError === "fail" || (node?.onError === "escalate" && record.escalated === true);
}

/** Skips a node and lets the skip travel on. */
export function skipNode(folding: Fold, frame: Frame, node: PlanNode): void {
  const record = newStep();
  folding.state.pending += 1;
  frame.steps[node.id] = record;
  endStep(folding, frame, node, record, "skipped", []);
}

/** A node that will not run in this frame. */
export function skipStep(folding: Fold, frame: Frame, node: PlanNode, status: "skipped" | "cancelled"): void {
  const record = newStep();
  folding.state.pending += 1;
  frame.steps[node.id] = record;
  setStatus(folding, frame, node, record, status);
  frame.open -= 1;
}

/** Drops a frame and all frames inside it; steps under way are cancelled. */
export function dropFrame(folding: Fold, frame: Frame): void {
  const nodes = folding.plan.scopes.get(frame.container ?? "")?.nodes ?? [];
  // Not only those of steps under way: a container that failed keeps its frames until somebody catches the failure.
  if (nodes.some((id) => isContainer(folding.plan.nodes.get(id)?.behaviour ?? "note")))
    for (const inner of Object.values(folding.state.frames)) if (inner.parent === frame.id) dropFrame(folding, inner);
  cancelSteps(folding, frame, nodes);
  delete folding.state.frames[frame.id];
}

/**
 * Cancels steps of a frame that are not decided; containers among them take their frames along. `cut` marks them as cut off by a
 * failure: a retry of the run takes them up again.
 */
export function cancelSteps(folding: Fold, frame: Frame, nodes: readonly string[], cut = false): void {
  for (const id of nodes) {
    const node = folding.plan.nodes.get(id);
    const record = frame.steps[id];
    if (node === undefined) continue;
    if (record === undefined) {
      skipStep(folding, frame, node, "cancelled");
      continue;
    }
    if (isStepEnded(record.status)) continue;
    for (const inner of framesOf(folding.state, frame, node)) dropFrame(folding, inner);
    if (cut) record.cut = true;
    setStatus(folding, frame, node, record, "cancelled");
    frame.open -= 1;
  }
}

/** Open frames of a container's step. */
export function framesOf(state: RunState, frame: Frame, node: PlanNode): Frame[] {
  if (!isContainer(node.behaviour)) return [];
  return Object.values(state.frames).filter((each) => each.container === node.id && each.parent === frame.id);
}

/** Outputs of a scope's last nodes by id: what a frame gives. A skipped or failed one gives nothing. */
export function frameOutputs(plan: Plan, frame: Frame): Record<string, Json> {
  const outputs: Record<string, Json> = {};
  for (const sink of plan.scopes.get(frame.container ?? "")?.sinks ?? []) {
    const record = frame.steps[sink];
    if (record?.status === "completed") outputs[sink] = record.output;
  }
  return outputs;
}
