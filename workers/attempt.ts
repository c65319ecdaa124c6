import { outstanding } from "../engine/run/outstanding.ts";
import { lookUp, stepId } from "../engine/run/path.ts";
import type { RunState } from "../engine/run/state.ts";
import { isRunEnded } from "../engine/run/status.ts";
import type { RunCommand } from "../engine/run/input.ts";
import type { Plan } from "../engine/workflow/plan.ts";

/** True while the run waits for the outcome of this attempt: an executor may go on with it. */
export function isAttemptWanted(state: RunState, { step, attempt }: { step: string; attempt: number }): boolean {
  if (isRunEnded(state.status)) return false;
  const record = lookUp(state, step)?.record;
  return record?.attempt === attempt && (record.status === "queued" || record.status === "running");
}

/** True when the attempt was begun before, and nobody said how it ended. */
export function isAttemptBegun(state: RunState, { step, attempt }: { step: string; attempt: number }): boolean {
  const record = lookUp(state, step)?.record;
  return record?.attempt === attempt && record.status === "running";
}

/** What calls off all that a run still owes. */
export function calledOff(plan: Plan, state: RunState): RunCommand[] {
  const owed = outstanding(plan, state).flatMap((command): RunCommand[] => {
    if (command.type === "execute") return [{ type: "abort", steps: [command.step] }];
    return command.type === "arm-timer" ? [{ type: "disarm-timer", key: command.key }] : [];
  });
  return [...owed, ...openApprovals(plan, state)];
}

/** How the requests that wait for a person are called off. */
function openApprovals(plan: Plan, state: RunState): Extract<RunCommand, { type: "close-approval" }>[] {
  return Object.values(state.frames).flatMap((frame) =>
    Object.entries(frame.steps).flatMap(([id, { status, approvalId }]) =>
      plan.nodes.get(id)?.behaviour === "approval" && status === "waiting" && approvalId !== null
        ? [{ type: "close-approval" as const, step: stepId(frame.id, id), approvalId }]
        : [],
    ),
  );
}
