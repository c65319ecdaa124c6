import type { StepView } from "../../engine/run/projection.ts";
import type { Plan } from "../../engine/workflow/plan.ts";
import { frameId } from "../../engine/run/path.ts";
import { isStepEnded } from "../../engine/run/status.ts";

export type StepRow =
  | { kind: "step"; key: string; depth: number; step: StepView; folds: boolean; open: boolean }
  /** A node that no step stands for yet. */
  | { kind: "ahead"; key: string; depth: number; name: string }
  | { kind: "frame"; key: string; depth: number; index: number; steps: StepView[]; open: boolean }
  /** Iterations that went well and are left out, until somebody asks for all of them. */
  | { kind: "more"; key: string; depth: number; count: number; open: boolean };

/** Loops of more iterations than this show only those that matter. */
const manyFrames = 24;

/** Which groups a person opened or closed; what is not in it follows the default. */
export type Folding = ReadonlyMap<string, boolean>;

/**
 * The steps as rows: by the order of the graph, the insides of containers under them, iteration by iteration. Loops and iterations that went
 * well are folded, so that a loop of a thousand shows the few that matter.
 */
export function stepRows(plan: Plan, steps: readonly StepView[], folding: Folding): StepRow[] {
  const order = new Map(plan.levels.flat().map((id, index) => [id, index]));
  const byFrame = new Map<string, StepView[]>();
  for (const step of steps) {
    const inFrame = byFrame.get(step.frame);
    if (inFrame === undefined) byFrame.set(step.frame, [step]);
    else inFrame.push(step);
  }
  const framesOf = new Map<string, number[]>();
  for (const [frame, [first]] of byFrame) {
    if (first === undefined || first.container === null || first.index === null) continue;
    const container = frame.slice(0, frame.lastIndexOf("."));
    const known = framesOf.get(container);
    if (known === undefined) framesOf.set(container, [first.index]);
    else known.push(first.index);
  }
  const rows: StepRow[] = [];

  function addFrame(frame: string, depth: number) {
    const inFrame = (byFrame.get(frame) ?? []).toSorted((a, b) => (order.get(a.node) ?? 0) - (order.get(b.node) ?? 0));
    for (const step of inFrame) addStep(step, depth);
  }

  function addStep(step: StepView, depth: number) {
    const frames = (framesOf.get(step.step) ?? []).toSorted((a, b) => a - b);
    const open = folding.get(step.step) ?? (step.status !== "completed" || frames.length <= 1);
    rows.push({ kind: "step", key: step.step, depth, step, folds: frames.length > 0, open });
    if (!open) return;
    const allKey = `${step.step}.*`;
    const all = frames.length <= manyFrames || folding.get(allKey) === true;
    let left = 0;
    for (const index of frames) {
      const frame = frameId(step.step, index);
      // The branches of a parallel are its one inside: no row says "iteration 1" above them.
      if (plan.nodes.get(step.node)?.behaviour !== "loop") {
        addFrame(frame, depth + 1);
        continue;
      }
      const inside = byFrame.get(frame) ?? [];
      const matters = inside.some((each) => !isStepEnded(each.status) || each.status === "failed");
      const isOpen = folding.get(frame) ?? matters;
      if (!all && !isOpen && !matters) {
        left += 1;
        continue;
      }
      rows.push({ kind: "frame", key: frame, depth: depth + 1, index, steps: inside, open: isOpen });
      if (isOpen) addFrame(frame, depth + 2);
    }
    if (left > 0 || (all && frames.length > manyFrames)) {
      rows.push({ kind: "more", key: allKey, depth: depth + 1, count: all ? frames.length : left, open: all });
    }
  }

  addFrame("", 0);
  const reached = new Set((byFrame.get("") ?? []).map((step) => step.node));
  const ahead = (plan.scopes.get("")?.nodes ?? []).filter((id) => !reached.has(id));
  for (const id of ahead.toSorted((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0))) {
    rows.push({ kind: "ahead", key: id, depth: 0, name: plan.nodes.get(id)?.name ?? id });
  }
  return rows;
}
