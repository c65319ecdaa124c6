import { createProjection, type RunView } from "../engine/run/projection.ts";
import { isRunEnded } from "../engine/run/status.ts";
import type { Plan } from "../engine/workflow/plan.ts";
import type { Api } from "./api.ts";
import { followEvents } from "./event-stream.ts";
import { CliFailure } from "./failure.ts";

/** Shows a run while it goes on. */
export interface Watcher {
  update(view: RunView): void;
  /** The connection was lost (why), or is there again (null). */
  connection(lost: string | null): void;
  close(): void;
}

const manySteps = 500;
const restMs = 250;

/**
 * Follows a run to its end and shows it. Gives the last view: ended, or as it stood when the signal aborted.
 * @throws CliFailure when the server refuses or stays away
 */
export async function followRun(
  api: Api,
  plan: Plan,
  runId: string,
  watcher: Watcher,
  signal: AbortSignal,
): Promise<RunView> {
  const projection = createProjection(plan, runId);
  let steps = 0;
  let shownAt = 0;
  try {
    const events = followEvents(api, runId, { after: 0, signal, onConnection: (lost) => watcher.connection(lost) });
    for await (const event of events) {
      projection.apply(event);
      // A view of thousands of steps takes a moment to draw: then not every event gets a picture of its own.
      const due = shownAt + (steps > manySteps ? restMs : 0);
      if (performance.now() < due) continue;
      const view = projection.view();
      steps = view.steps.length;
      watcher.update(view);
      shownAt = performance.now();
    }
    if (projection.seq > 0) watcher.update(projection.view());
  } finally {
    watcher.close();
  }
  const view = projection.view();
  if (!signal.aborted && !isRunEnded(view.status))
    throw new CliFailure(`The events of run ${runId} stopped before its end.`);
  return view;
}
