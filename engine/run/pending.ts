import type { Plan, PlanNode } from "../workflow/plan.ts";
import type { Purpose, RunCommand } from "./input.ts";
import { stepId } from "./path.ts";
import type { RunState, Step } from "./state.ts";
import { isStepEnded } from "./status.ts";
import type { NamedStep } from "./step.ts";

export function prepareCommand(step: string, node: PlanNode, record: Step): RunCommand {
  const frame = step.slice(0, Math.max(0, step.length - node.id.length - 1));
  return {
    type: "prepare",
    step,
    frame,
    node: node.id,
    attempt: record.attempt + 1,
    ...purposeOf(record),
  };
}

function purposeOf({ escalated, loop }: Step): { purpose: Purpose; index: number | null } {
  if (escalated === true) return { purpose: "escalate", index: null };
  if (typeof loop?.judging === "number") return { purpose: "judge", index: loop.judging };
  if (typeof loop?.checking === "number") return { purpose: "check", index: loop.checking };
  return { purpose: "step", index: null };
}

export function isPending(record: Step): boolean {
  return record.status === "pending" && record.blocked !== true;
}

/** True for a step that takes one of the run's slots when it begins; what a person is asked about it takes none. */
export function isEffectNow(node: PlanNode, record: Step): boolean {
  return node.behaviour === "effect" && record.escalated !== true;
}

/** Timers of handlers that are not over. */
export function handlerTimers(state: RunState): RunCommand[] {
  return Object.values(state.frames).flatMap((frame) =>
    Object.entries(frame.steps).flatMap(([id, { listening, status }]) =>
      (isStepEnded(status) ? [] : (listening ?? [])).flatMap(({ handler, due, fired }): RunCommand[] =>
        due === null || fired ? [] : [{ type: "arm-timer", key: `on:${stepId(frame.id, id)}:${handler}`, due }],
      ),
    ),
  );
}

/** Steps whose turn it is, in the order of frames and of the file. */
export function pendingSteps(plan: Plan, state: RunState): NamedStep[] {
  const found: NamedStep[] = [];
  for (const frame of Object.values(state.frames)) {
    for (const [id, record] of Object.entries(frame.steps)) {
      const node = plan.nodes.get(id);
      if (node !== undefined && isPending(record)) found.push({ step: stepId(frame.id, id), frame, node, record });
    }
  }
  return found;
}

/** Takes back what a step that was called off had asked for. */
export function disarmCommand(step: string, node: PlanNode, { approvalId, attempt }: Step): RunCommand {
  if (approvalId !== null) return { type: "close-approval", step, approvalId };
  return { type: "disarm-timer", key: node.behaviour === "wait" ? `wait:${step}` : `retry:${step}:${attempt}` };
}
