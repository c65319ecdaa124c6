import type { Json } from "../json.ts";
import type { Plan, PlanEdge, PlanNode } from "../workflow/plan.ts";
import { decideJoin } from "./join.ts";
import { frameId, stepId } from "./path.ts";
import type { Frame, RunState, Step } from "./state.ts";
import { isStepEnded, type StepStatus } from "./status.ts";

/** Told of every change of a step while events are folded in: how turns find what to do and views what to show. */
export type Observer = (change: { step: string; frame: Frame; node: PlanNode; record: Step }) => void;

/** One folding of an event: what it works on. */
export interface Fold {
  plan: Plan;
  state: RunState;
  observe: Observer | undefined;
  /** Tells a container that a step in its frame was decided; given by fold.ts, as containers build on steps. */
  frameChanged(folding: Fold, frame: Frame): void;
}

/** Sets a step's status and keeps the counts that `waiting` and `maxConcurrency` are decided by. */
export function setStatus(folding: Fold, frame: Frame, node: PlanNode, record: Step, status: StepStatus): void {
  const { state } = folding;
  count(state, node, record.status, -1);
  record.status = status;
  count(state, node, status, 1);
  folding.observe?.({ step: stepId(frame.id, node.id), frame, node, record });
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

/** It is a node's turn. Entries and `parallel` need nothing from outside and go on at once. */
export function comeUp(folding: Fold, frame: Frame, node: PlanNode): void {
  const record = newStep();
  frame.steps[node.id] = record;
  folding.state.pending += 1;
  if (node.behaviour === "entry") {
    endStep(folding, frame, node, record, "completed", node.defaultPorts, folding.state.input);
  } else if (node.behaviour === "parallel") {
    record.attempt = 1;
    setStatus(folding, frame, node, record, "running");
    openFrame(folding, {
      id: frameId(stepId(frame.id, node.id), 0),
      container: node.id,
      parent: frame.id,
      index: 0,
      item: null,
    });
  } else {
    setStatusOfNew(folding, frame, node, record);
  }
}

function setStatusOfNew(folding: Fold, frame: Frame, node: PlanNode, record: Step): void {
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
  // A chain of a thousand skips must not be a thousand calls deep: edges are worked off from a list.
  const edges: { edge: PlanEdge; taken: boolean }[] = node.outgoing.map((edge) => ({
    edge,
    taken: ports.includes(edge.sourcePort),
  }));
  for (let next = edges.shift(); next !== undefined; next = edges.shift()) {
    if (folding.state.frames[frame.id] !== frame) return;
    const skipped = resolveEdge(folding, frame, next.edge, next.taken);
    if (skipped !== null) edges.push(...skipped.outgoing.map((edge) => ({ edge, taken: false })));
  }
  if (folding.state.frames[frame.id] === frame) folding.frameChanged(folding, frame);
}

/** Marks an edge; gives the target when that skips it. */
function resolveEdge(folding: Fold, frame: Frame, edge: PlanEdge, taken: boolean): PlanNode | null {
  if (frame.edges[edge.id] !== undefined) return null;
  frame.edges[edge.id] = taken ? "taken" : "skipped";
  if (taken) (frame.arrivals[edge.target] ??= []).push(edge.source);
  const target = folding.plan.nodes.get(edge.target);
  if (target === undefined || frame.steps[target.id] !== undefined) return null;
  const verdict = decideJoin(target, frame);
  if (verdict === "run") comeUp(folding, frame, target);
  if (verdict !== "skip") return null;
  skipStep(folding, frame, target, "skipped");
  return target;
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
  // Not only those of steps under way: a container that failed keeps its frames until somebody catches the failure.
  for (const inner of Object.values(folding.state.frames)) if (inner.parent === frame.id) dropFrame(folding, inner);
  cancelSteps(folding, frame, folding.plan.scopes.get(frame.container ?? "")?.nodes ?? []);
  delete folding.state.frames[frame.id];
}

/** Cancels steps of a frame that are not decided; containers among them take their frames along. */
export function cancelSteps(folding: Fold, frame: Frame, nodes: readonly string[]): void {
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
    setStatus(folding, frame, node, record, "cancelled");
    frame.open -= 1;
  }
}

/** Open frames of a container's step. */
export function framesOf(state: RunState, frame: Frame, node: PlanNode): Frame[] {
  if (node.behaviour !== "loop" && node.behaviour !== "parallel") return [];
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
