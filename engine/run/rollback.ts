import type { Plan, PlanNode } from "../workflow/plan.ts";
import type { Frame, RunState, Step } from "./state.ts";
import { comeUp, type Fold, setStatus } from "./step.ts";

/**
 * The way back of a failed run: what completed and can be undone is undone, one after the other, the last first. Each compensation is a step in
 * a frame of its own, named by the step it undoes (`book.cancelBooking`), so it is retried, resumed after a crash and shown like any other.
 */
export function startRollback(folding: Fold): void {
  folding.state.rollback = { left: folding.state.done?.length ?? 0, failed: [] };
  undoNext(folding);
}

function undoNext(folding: Fold): void {
  const { state, plan } = folding;
  const { rollback, done } = state;
  if (rollback === undefined || rollback.left === 0) return;
  rollback.left -= 1;
  const compensation = done?.[rollback.left];
  const node = compensation === undefined ? undefined : plan.nodes.get(compensation.node);
  if (compensation === undefined || node === undefined) return undoNext(folding);
  const frame: Frame = {
    id: compensation.step,
    container: null,
    parent: "",
    index: 0,
    item: null,
    edges: {},
    steps: {},
    open: 1,
    arrivals: {},
    undoes: compensation,
  };
  state.frames[frame.id] = frame;
  comeUp(folding, frame, node);
}

/** A compensation is decided: the next one is begun. */
export function undone(folding: Fold, frame: Frame): void {
  delete folding.state.frames[frame.id];
  undoNext(folding);
}

/** A compensation that failed is told, and does not keep the others from running. */
export function failCompensation(folding: Fold, frame: Frame, node: PlanNode, record: Step): void {
  folding.state.rollback?.failed.push(`${frame.id}.${node.id}`);
  setStatus(folding, frame, node, record, "failed");
  undone(folding, frame);
}

/** True while compensations are still to run. */
export function isRollingBack({ state }: Pick<Fold, "state">): boolean {
  const { rollback, frames } = state;
  return (
    rollback !== undefined && (rollback.left > 0 || Object.values(frames).some((frame) => frame.undoes !== undefined))
  );
}

/** True where a failure of the run is followed by the way back: it is asked for, and something can be undone. */
export function canRollBack(plan: Plan, state: RunState): boolean {
  return plan.file.settings.onFailure === "rollback" && state.rollback === undefined && (state.done?.length ?? 0) > 0;
}
