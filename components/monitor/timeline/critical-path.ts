import { frameId, stepId } from "../../../engine/run/path.ts";
import type { StepView } from "../../../engine/run/projection.ts";
import type { Plan } from "../../../engine/workflow/plan.ts";

/**
 * The chain of steps that decided how long a run took, read from its times: from the step that ended last back to the one whose end it
 * waited for, and within containers likewise, iteration by iteration. Names of steps.
 */
export function actualPath(plan: Plan, steps: readonly StepView[]): Set<string> {
  const byName = new Map(steps.map((step) => [step.step, step]));
  const frames = new Map<string, { index: number; from: number; to: number }[]>();
  const spans = new Map<string, { index: number; from: number; to: number }>();
  for (const step of steps) {
    if (step.index === null || step.startedAt === null || step.endedAt === null || step.status === "skipped") continue;
    const known = spans.get(step.frame);
    if (known === undefined) {
      const span = { index: step.index, from: step.startedAt, to: step.endedAt };
      spans.set(step.frame, span);
      const container = step.frame.slice(0, step.frame.lastIndexOf("."));
      const inside = frames.get(container);
      if (inside === undefined) frames.set(container, [span]);
      else inside.push(span);
    } else {
      known.from = Math.min(known.from, step.startedAt);
      known.to = Math.max(known.to, step.endedAt);
    }
  }
  const path = new Set<string>();

  const ended = (frame: string, id: string): StepView | null => {
    const step = byName.get(stepId(frame, id));
    return step === undefined || step.endedAt === null || step.startedAt === null || step.status === "skipped"
      ? null
      : step;
  };

  function walkFrame(scope: string, frame: string): void {
    let step: StepView | null = null;
    for (const id of plan.scopes.get(scope)?.nodes ?? []) step = later(step, ended(frame, id));
    while (step !== null && !path.has(step.step)) {
      path.add(step.step);
      if (plan.scopes.has(step.node)) walkContainer(step);
      const node = plan.nodes.get(step.node);
      step = (node?.incoming ?? []).reduce<StepView | null>(
        (last, edge) => later(last, ended(frame, edge.source)),
        null,
      );
    }
  }

  function walkContainer({ node, step }: StepView): void {
    // With several iterations at once, each is followed back to the one whose end made room for it.
    const byEnd = (frames.get(step) ?? []).toSorted((a, b) => b.to - a.to);
    let before = Infinity;
    for (const frame of byEnd) {
      if (frame.to > before) continue;
      walkFrame(node, frameId(step, frame.index));
      before = frame.from;
    }
  }

  walkFrame("", "");
  return path;
}

function later(a: StepView | null, b: StepView | null): StepView | null {
  return a === null || (b !== null && (b.endedAt ?? 0) >= (a.endedAt ?? 0)) ? b : a;
}
