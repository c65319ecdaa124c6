import type { StepView } from "../../engine/run/projection.ts";
import type { Plan } from "../../engine/workflow/plan.ts";
import type { FramePlaces, StepTree } from "./screen/step-tree.ts";

export type StepRow =
  | { kind: "step"; key: string; depth: number; step: StepView; folds: boolean; open: boolean }
  /** A node that no step stands for yet. */
  | { kind: "ahead"; key: string; depth: number; name: string }
  | { kind: "frame"; key: string; depth: number; frame: FramePlaces; open: boolean }
  /** Iterations that went well and are left out, until somebody asks for all of them. */
  | { kind: "more"; key: string; depth: number; count: number; open: boolean };

/** Loops of more iterations than this show only those that matter. */
const manyFrames = 24;

/** Which groups a person opened or closed; what is not in it follows the default. */
export type Folding = ReadonlyMap<string, boolean>;

/**
 * The steps as rows: by the order of the graph, the insides of containers under them, iteration by iteration. Loops and iterations that went
 * well are folded, so that a loop of a thousand shows the few that matter. Costs what is shown, not what ran.
 */
export function stepRows(plan: Plan, tree: StepTree, folding: Folding): StepRow[] {
  const order = new Map(plan.levels.flat().map((id, place) => [id, place]));
  const rows: StepRow[] = [];

  function addSteps(steps: Iterable<StepView>, depth: number) {
    for (const step of [...steps].toSorted((a, b) => (order.get(a.node) ?? 0) - (order.get(b.node) ?? 0)))
      addStep(step, depth);
  }

  function addStep(step: StepView, depth: number) {
    const count = tree.frameCount(step.step);
    const open = folding.get(step.step) ?? (step.status !== "completed" || count <= 1);
    rows.push({ kind: "step", key: step.step, depth, step, folds: count > 0, open });
    if (!open || count === 0) return;
    if (plan.nodes.get(step.node)?.behaviour === "loop") addIterations(step.step, count, depth + 1);
    // The branches of a parallel are its one inside: no row says "iteration 1" above them.
    else for (const frame of tree.frames(step.step)) addSteps(tree.stepsOf(frame), depth + 1);
  }

  function addIterations(loop: string, count: number, depth: number) {
    const allKey = `${loop}.*`;
    const many = count > manyFrames;
    const all = !many || folding.get(allKey) === true;
    const attention = tree.attention(loop);
    const shown = all ? tree.frames(loop) : [...new Set([...attention, ...opened(loop, tree, folding)])];
    for (const frame of shown.toSorted((a, b) => a.index - b.index)) {
      const open = folding.get(frame.name) ?? attention.has(frame);
      rows.push({ kind: "frame", key: frame.name, depth, frame, open });
      if (open) addSteps(tree.stepsOf(frame), depth + 1);
    }
    const left = count - shown.length;
    if (left > 0 || (all && many))
      rows.push({ kind: "more", key: allKey, depth, count: all ? count : left, open: all });
  }

  addSteps(tree.top, 0);
  const reached = new Set([...tree.top].map((step) => step.node));
  const ahead = (plan.scopes.get("")?.nodes ?? []).filter((id) => !reached.has(id));
  for (const id of ahead.toSorted((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0))) {
    rows.push({ kind: "ahead", key: id, depth: 0, name: plan.nodes.get(id)?.name ?? id });
  }
  return rows;
}

/** The iterations of a loop that a person opened, though they went well. */
function* opened(loop: string, tree: StepTree, folding: Folding): Generator<FramePlaces> {
  for (const [name, open] of folding) {
    if (!open || !name.startsWith(`${loop}.`)) continue;
    const at = Number(name.slice(loop.length + 1));
    const frame = Number.isInteger(at) ? tree.frame(loop, at) : null;
    if (frame !== null) yield frame;
  }
}
