import type { StepView } from "../../engine/run/projection.ts";
import type { Plan } from "../../engine/workflow/plan.ts";
import type { FrameGroup, FrameSteps, StepIndex } from "./screen/step-index.ts";

export type StepRow =
  | { kind: "step"; key: string; depth: number; step: StepView; folds: boolean; open: boolean }
  /** A node that no step stands for yet. */
  | { kind: "ahead"; key: string; depth: number; name: string }
  | { kind: "frame"; key: string; depth: number; frame: FrameSteps; open: boolean }
  /** Iterations that went well and are left out, until somebody asks for all of them. */
  | { kind: "more"; key: string; depth: number; count: number; open: boolean };

/** Loops of more iterations than this show only those that matter. */
const manyFrames = 24;

/** Which groups a person opened or closed; what is not in it follows the default. */
export type Folding = ReadonlyMap<string, boolean>;

type Indexed = Pick<StepIndex, "top" | "group">;

/**
 * The steps as rows: by the order of the graph, the insides of containers under them, iteration by iteration. Loops and iterations that went
 * well are folded, so that a loop of a thousand shows the few that matter. Costs what is shown, not what ran.
 */
export function stepRows(plan: Plan, index: Indexed, folding: Folding): StepRow[] {
  const order = new Map(plan.levels.flat().map((id, place) => [id, place]));
  const rows: StepRow[] = [];

  function addSteps(steps: Iterable<StepView>, depth: number) {
    for (const step of [...steps].toSorted((a, b) => (order.get(a.node) ?? 0) - (order.get(b.node) ?? 0)))
      addStep(step, depth);
  }

  function addStep(step: StepView, depth: number) {
    const group = index.group(step.step);
    const open = folding.get(step.step) ?? (step.status !== "completed" || (group?.frames.size ?? 0) <= 1);
    rows.push({ kind: "step", key: step.step, depth, step, folds: group !== null, open });
    if (!open || group === null) return;
    if (plan.nodes.get(step.node)?.behaviour === "loop") addIterations(step, group, depth + 1);
    // The branches of a parallel are its one inside: no row says "iteration 1" above them.
    else for (const frame of group.frames.values()) addSteps(frame.steps.values(), depth + 1);
  }

  function addIterations(step: StepView, group: FrameGroup, depth: number) {
    const allKey = `${step.step}.*`;
    const many = group.frames.size > manyFrames;
    const all = !many || folding.get(allKey) === true;
    const shown = all ? group.frames.keys() : new Set([...group.attention, ...opened(step.step, group, folding)]);
    const indexes = [...shown].toSorted((a, b) => a - b);
    for (const at of indexes) {
      const frame = group.frames.get(at);
      if (frame === undefined) continue;
      const isOpen = folding.get(frame.name) ?? frame.attention > 0;
      rows.push({ kind: "frame", key: frame.name, depth, frame, open: isOpen });
      if (isOpen) addSteps(frame.steps.values(), depth + 1);
    }
    const left = group.frames.size - indexes.length;
    if (left > 0 || (all && many))
      rows.push({ kind: "more", key: allKey, depth, count: all ? group.frames.size : left, open: all });
  }

  addSteps(index.top, 0);
  const reached = new Set([...index.top].map((step) => step.node));
  const ahead = (plan.scopes.get("")?.nodes ?? []).filter((id) => !reached.has(id));
  for (const id of ahead.toSorted((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0))) {
    rows.push({ kind: "ahead", key: id, depth: 0, name: plan.nodes.get(id)?.name ?? id });
  }
  return rows;
}

/** The iterations of a loop that a person opened, though they went well. */
function* opened(loop: string, group: FrameGroup, folding: Folding): Generator<number> {
  for (const [name, open] of folding) {
    if (!open || !name.startsWith(`${loop}.`)) continue;
    const at = Number(name.slice(loop.length + 1));
    if (Number.isInteger(at) && group.frames.has(at)) yield at;
  }
}
