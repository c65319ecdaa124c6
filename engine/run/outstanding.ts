import type { Plan } from "../workflow/plan.ts";
import type { RunCommand } from "./input.ts";
import { stepId } from "./path.ts";
import type { RunState } from "./state.ts";
import { isRunEnded } from "./status.ts";
import { pendingSteps, prepareCommand } from "./transition.ts";

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
      if (record.status !== "waiting" || record.due === null) continue;
      if (node.behaviour === "wait") commands.push({ type: "arm-timer", key: `wait:${step}`, due: record.due });
      else if (node.behaviour !== "approval") {
        commands.push({ type: "arm-timer", key: `retry:${step}:${record.attempt}`, due: record.due });
      }
    }
  }
  if (state.status !== "paused") commands.push(...owedPreparations(plan, state));
  return commands;
}

function owedPreparations(plan: Plan, state: RunState): RunCommand[] {
  const pending = pendingSteps(plan, state);
  const effects = pending
    .filter(({ node }) => node.behaviour === "effect")
    .toSorted((a, b) => b.node.rank - a.node.rank);
  const free = Math.max(0, plan.file.settings.maxConcurrency - state.working);
  return [...pending.filter(({ node }) => node.behaviour !== "effect"), ...effects.slice(0, free)].map(
    ({ step, node, record }) => prepareCommand(step, node, record),
  );
}
