import { BatonError } from "../engine/errors.ts";
import { apply, emptyState } from "../engine/run/fold.ts";
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
 * @param fold whether what the journal has beyond that is to be folded in. A state that is ahead of the journal is of another
 * database, or of this one before it was restored: it is not used, and dropped.
 * @throws TurnError when it cannot be turned by any worker
 */
export async function loadRun(
  ports: Pick<WorkerPorts, "plans" | "journal" | "mailbox">,
  state: RunState,
  fold: boolean,
): Promise<LoadedRun | null> {
  const { plans, journal, mailbox } = ports;
  const { runId, seq } = state;
  // From the event on that the state folded in last: it must be there.
  const [identity, read] = await Promise.all([
    plans.identity(runId),
    fold ? journal.read(runId, Math.max(0, seq - 1), pageSize) : [],
  ]);
  if (identity === null) return null;
  if (fold && seq > 0 && read[0]?.seq !== seq) {
    await mailbox.forgetState(runId);
    return loadRun(ports, emptyState(runId), true);
  }
  const plan = await plans.plan(identity.workflowId, identity.version).catch((error: unknown): never => {
    throw error instanceof BatonError ? new TurnError(error) : error;
  });
  let folded = state;
  for (let page = read; ; page = await journal.read(runId, folded.seq, pageSize)) {
    for (const event of page) if (event.seq > folded.seq) folded = turning(() => apply(plan, folded, event));
    if (page.length < pageSize) return { identity, plan, state: folded };
  }
}
