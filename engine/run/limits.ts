import type { PlanNode } from "../workflow/plan.ts";
import { stepId } from "./path.ts";
import type { Frame, RunState, Step } from "./state.ts";

/**
 * Named limits inside a run: a step that may not begin yet is pending and blocked, in a queue of its key. Who holds and who waits follows from
 * the events alone, so nothing of it is journalled.
 */
export function acquireLimit(state: RunState, frame: Frame, node: PlanNode, record: Step): boolean {
  const { limit } = node;
  if (limit === null) return true;
  const use = ((state.limits ??= {})[limit.key] ??= { held: 0, queue: [] });
  if (use.held < limit.max) {
    use.held += 1;
    record.holds = limit.key;
    return true;
  }
  use.queue.push(stepId(frame.id, node.id));
  record.blocked = true;
  return false;
}

/** Gives back what an ended step held; true when somebody may wait for it. */
export function releaseLimit(state: RunState, record: Step): boolean {
  const use = record.holds === undefined ? undefined : state.limits?.[record.holds];
  delete record.holds;
  if (use === undefined) return false;
  use.held -= 1;
  return use.queue.length > 0;
}

/** Takes a blocked step out of its queue. */
export function leaveQueue(state: RunState, frame: Frame, node: PlanNode, record: Step): void {
  delete record.blocked;
  const queue = node.limit === null ? undefined : state.limits?.[node.limit.key]?.queue;
  const at = queue?.indexOf(stepId(frame.id, node.id)) ?? -1;
  if (at >= 0) queue?.splice(at, 1);
}

/** The step that begins next where a limit has room: the one with the longest way still to go, the first of equals. */
export function nextInQueue(state: RunState, key: string, rank: (step: string) => number): string | null {
  const queue = state.limits?.[key]?.queue ?? [];
  let best: string | null = null;
  for (const step of queue) if (best === null || rank(step) > rank(best)) best = step;
  return best;
}
