import type { PlanNode } from "../workflow/plan.ts";
import { decideJoin } from "./join.ts";
import { stepParts } from "./path.ts";
import type { Frame } from "./state.ts";
import { isStepEnded } from "./status.ts";
import { comeUp, dropFrame, type Fold, framesOf, isUncaught, resumeEach, setStatus, skipNode } from "./step.ts";

/**
 * Takes a failed run back to where it can go on. With no names: every step that failed or was cut off comes up again, what those had
 * caused to be skipped is undecided again, and all that completed stays. With names: those steps and all that follows them.
 */
export function rewindRun(folding: Fold, from: string[]): void {
  if (from.length === 0) {
    for (const frame of Object.values(folding.state.frames)) {
      if (folding.state.frames[frame.id] === frame) rewindFrame(folding, frame, interrupted(frame, folding), false);
    }
    return;
  }
  const byFrame = new Map<string, string[]>();
  for (const step of from) {
    const { frame, node } = stepParts(step);
    byFrame.set(frame, [...(byFrame.get(frame) ?? []), node]);
  }
  for (const [id, nodes] of byFrame) {
    const frame = folding.state.frames[id];
    if (frame !== undefined) rewindFrame(folding, frame, nodes, true);
  }
  // Steps elsewhere that were cut off by the failure go on too.
  for (const frame of Object.values(folding.state.frames))
    rewindFrame(folding, frame, interrupted(frame, folding), false);
}

/** Steps that a retry takes up: failed with nothing to catch it, or cut off when the run ended. */
function interrupted(frame: Frame, { plan }: Fold): string[] {
  return Object.entries(frame.steps)
    .filter(([id, record]) => record.cut === true || isUncaught(plan.nodes.get(id), record))
    .map(([id]) => id);
}

function rewindFrame(folding: Fold, frame: Frame, nodes: string[], deep: boolean): void {
  if (nodes.length === 0) return;
  const { plan, state } = folding;
  const following = descendants(folding, nodes);
  for (const id of [...nodes, ...following]) {
    const node = plan.nodes.get(id);
    const record = frame.steps[id];
    if (node === undefined || record === undefined) continue;
    const completed = record.status === "completed";
    if (!nodes.includes(id) && completed && !deep) continue;
    const inside = framesOf(state, frame, node);
    const { loop } = record;
    const asking = (loop?.checking ?? null) !== null || (loop?.judging ?? null) !== null;
    const idle = node.behaviour === "each" && loop?.active === 0;
    const goesOn = inside.length > 0 || asking || loop?.open === true || idle;
    if (!deep && !completed && nodes.includes(id) && goesOn) {
      // A container that was cut off goes on: its open frames are rewound themselves.
      delete record.cut;
      setStatus(folding, frame, node, record, asking ? "pending" : "running");
      continue;
    }
    for (const inner of inside) dropFrame(folding, inner);
    forget(folding, frame, node);
  }
  const scope = plan.scopes.get(frame.container ?? "");
  frame.open = (scope?.nodes ?? []).filter((id) => !isStepEnded(frame.steps[id]?.status ?? "pending")).length;
  for (const id of scope?.nodes ?? []) {
    const node = plan.nodes.get(id);
    if (node === undefined || frame.steps[id] !== undefined) continue;
    if (node.behaviour === "each") {
      resumeEach(folding, frame, node);
      continue;
    }
    const verdict = node.incoming.length === 0 ? "run" : decideJoin(node, frame);
    if (verdict === "run") comeUpAgain(folding, frame, node);
    else if (verdict === "skip") skipNode(folding, frame, node);
  }
}

/** Attempts go on counting, so that no attempt of the run has the number of another. */
function comeUpAgain(folding: Fold, frame: Frame, node: PlanNode): void {
  const made = frame.made?.[node.id] ?? 0;
  comeUp(folding, frame, node);
  const record = frame.steps[node.id];
  if (record === undefined || record.status !== "pending") return;
  record.attempt = made;
  record.attemptBase = made;
}

function forget({ state }: Fold, frame: Frame, node: PlanNode): void {
  const record = frame.steps[node.id];
  if (record === undefined) return;
  if (record.status === "pending") state.pending -= 1;
  if (record.listening !== undefined) state.listenersChanged = (state.listenersChanged ?? 0) + 1;
  (frame.made ??= {})[node.id] = record.attempt;
  delete frame.steps[node.id];
  for (const edge of node.outgoing) {
    delete frame.edges[edge.id];
    const arrived = frame.arrivals[edge.target];
    if (arrived !== undefined) frame.arrivals[edge.target] = arrived.filter((source) => source !== node.id);
  }
}

function descendants({ plan }: Fold, nodes: string[]): string[] {
  const found = new Set<string>();
  const stack = [...nodes];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    for (const edge of plan.nodes.get(id)?.outgoing ?? []) {
      if (found.has(edge.target)) continue;
      found.add(edge.target);
      stack.push(edge.target);
    }
  }
  for (const node of nodes) found.delete(node);
  return [...found];
}
