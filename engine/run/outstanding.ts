import type { Plan } from "../workflow/plan.ts";
import type { RunCommand } from "./input.ts";
import { stepId } from "./path.ts";
import type { RunState } from "./state.ts";
import { isRunEnded } from "./status.ts";
import { handlerTimers, isEffectNow, pendingSteps, prepareCommand } from "./pending.ts";

/**
 * All that a state still owes the world: recovery dispatches this, normal running the commands of its turns. Dispatching it again
 * does no harm: jobs and timers have names. (Approvals stand in the store since the append that asked for them. A queued run
 * owes its `start`, which is an input and so the driver's to give.)
 */
export function outstanding(plan: Plan, state: RunState): RunCommand[] {
  if (isRunEnded(state.status) || state.status === "queued") return [];
  const commands: RunCommand[] = [{ type: "arm-timer", key: "run-timeout", due: state.deadline }];
  for (const frame of Object.values(state.frames)) {
    for (const [id, record] of Object.entries(frame.steps)) {
      const node = plan.nodes.get(id);
      if (node === undefined) continue;
      const step = stepId(frame.id, id);
      if (node.behaviour === "effect" && (record.status === "queued" || record.status === "running")) {
        commands.push({
          type: "execute",
          step,
          node: id,
          attempt: record.attempt,
          seq: record.scheduledSeq,
          priority: node.rank,
        });
      }
      if (record.status === "waiting" && record.child !== undefined)
        commands.push({ type: "start-child", step, childId: record.child, seq: record.scheduledSeq });
      if (record.status !== "waiting" || record.due === null || record.approvalId !== null) continue;
      if (node.behaviour === "wait") commands.push({ type: "arm-timer", key: `wait:${step}`, due: record.due });
      else {
        commands.push({ type: "arm-timer", key: `retry:${step}:${record.attempt}`, due: record.due });
      }
    }
  }
  commands.push(...handlerTimers(state));
  if (state.status !== "paused") commands.push(...owedPreparations(plan, state));
  return commands;
}

function owedPreparations(plan: Plan, state: RunState): RunCommand[] {
  const pending = pendingSteps(plan, state);
  const effects = pending
    .filter(({ node, record }) => isEffectNow(node, record))
    .toSorted((a, b) => b.node.rank - a.node.rank);
  const free = Math.max(0, plan.file.settings.maxConcurrency - state.working);
  return [...pending.filter(({ node, record }) => !isEffectNow(node, record)), ...effects.slice(0, free)].map(
    ({ step, node, record }) => prepareCommand(step, node, record),
  );
}

/** When a timer of the run is due, epoch ms; null when the run owes no such timer. */
export function timerDue(plan: Plan, state: RunState, key: string): number | null {
  for (const command of outstanding(plan, state)) {
    if (command.type === "arm-timer" && command.key === key) return command.due;
  }
  return null;
}
