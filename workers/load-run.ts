import { BatonError } from "../engine/errors.ts";
import { apply } from "../engine/run/fold.ts";
import type { RunState } from "../engine/run/state.ts";
import type { Plan } from "../engine/workflow/plan.ts";
import type { RunIdentity } from "./plans.ts";
import type { WorkerPorts } from "./ports.ts";
import { TurnError, turning } from "./turn-error.ts";

export interface LoadedRun {
  identity: RunIdentity;
  plan: Plan;
  state: RunState;
}

const pageSize = 5_000;

/**
 * Whose run it is, its plan and its state; null when there is no such run.
 * @param state what is known of it
 * @param fold whether what the journal has beyond that is to be folded in
 * @throws TurnError when it cannot be turned by any worker
 */
export async function loadRun(
  { plans, journal }: Pick<WorkerPorts, "plans" | "journal">,
  state: RunState,
  fold: boolean,
): Promise<LoadedRun | null> {
  const [identity, firstPage] = await Promise.all([
    plans.identity(state.runId),
    fold ? journal.read(state.runId, state.seq, pageSize) : [],
  ]);
  if (identity === null) return null;
  const plan = await plans.plan(identity.workflowId, identity.version).catch((error: unknown): never => {
    throw error instanceof BatonError ? new TurnError(error) : error;
  });
  let folded = state;
  for (let page = firstPage; ; page = await journal.read(state.runId, folded.seq, pageSize)) {
    for (const event of page) folded = turning(() => apply(plan, folded, event));
    if (page.length < pageSize) return { identity, plan, state: folded };
  }
}
