import { createProjection } from "../../engine/run/projection.ts";
import { isRunEnded } from "../../engine/run/status.ts";
import type { Plan } from "../../engine/workflow/plan.ts";
import type { Api } from "../api.ts";
import { connect } from "../connection.ts";
import { exitCodes } from "../failure.ts";
import { followRun } from "../follow-run.ts";
import { planOf, readEvents, readHead, runIdOf } from "../run-journal.ts";
import { approveCommand } from "../run-view.ts";
import { lineWatcher } from "../watchers.ts";
import type { Terminal } from "./context.ts";
import { conclude } from "./run.ts";

/** Tells what happened in a run, step by step; with `follow`, until it ends. */
export async function logs(
  terminal: Terminal,
  runId: string,
  options: { follow?: boolean; json?: boolean },
): Promise<number> {
  runIdOf(runId);
  const { api } = await connect({ start: false, say: terminal.say, env: terminal.env });
  const head = await readHead(api, runId);
  if (options.json === true) {
    for await (const event of readEvents(api, runId)) terminal.print(JSON.stringify(event));
    return exitCodes.success;
  }
  const plan = await planOf(api, head);
  if (options.follow === true && !isRunEnded(head.status)) return follow(terminal, api, plan, runId);
  const watcher = lineWatcher(terminal.print, terminal.paint);
  const projection = createProjection(plan, runId);
  for await (const event of readEvents(api, runId)) {
    projection.apply(event);
    watcher.update(projection.view());
  }
  return exitCodes.success;
}

async function follow(terminal: Terminal, api: Api, plan: Plan, runId: string): Promise<number> {
  const interrupted = new AbortController();
  process.once("SIGINT", () => interrupted.abort());
  const view = await followRun(api, plan, runId, lineWatcher(terminal.print, terminal.paint), interrupted.signal);
  if (isRunEnded(view.status)) return conclude(terminal, view, { watch: true });
  const asked = view.steps.find((step) => step.status === "waiting" && step.approvalId !== null);
  terminal.say(
    `Run ${runId} goes on without you.${asked?.approvalId == null ? "" : ` Decide: ${approveCommand(asked.approvalId)}`}`,
  );
  return exitCodes.interrupted;
}
