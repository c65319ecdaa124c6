import { z } from "zod";
import { eventPageSchema, runSchema } from "../../contracts/api/run.ts";
import type { Json } from "../../engine/json.ts";
import { runEventSchema, type RunEvent } from "../../engine/run/event.ts";
import { createProjection } from "../../engine/run/projection.ts";
import { isRunEnded } from "../../engine/run/status.ts";
import { compile } from "../../engine/workflow/compile.ts";
import type { Plan } from "../../engine/workflow/plan.ts";
import { catalogue } from "../../nodes/catalog/definitions.ts";
import type { Api } from "../api.ts";
import { connect } from "../connection.ts";
import { CliFailure, exitCodes, wrongUsage } from "../failure.ts";
import { followRun } from "../follow-run.ts";
import { approveCommand } from "../run-view.ts";
import { lineWatcher } from "../watchers.ts";
import type { Terminal } from "./context.ts";
import { conclude } from "./run.ts";

const fileSchema: z.ZodType<Json> = z.json();
/** What is needed of a run here; whatever else it has is left alone. */
const headSchema = z.object(runSchema.pick({ workflowId: true, version: true, status: true }).shape);

/** Tells what happened in a run, step by step; with `follow`, until it ends. */
export async function logs(
  terminal: Terminal,
  runId: string,
  options: { follow?: boolean; json?: boolean },
): Promise<number> {
  if (!z.uuid().safeParse(runId).success)
    throw wrongUsage(`"${runId}" is not the id of a run. List them: npm run baton -- runs`);
  const { api } = await connect({ start: false, say: terminal.say, env: terminal.env });
  const head = await api.ask(`/runs/${runId}`, headSchema);
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

async function* readEvents(api: Api, runId: string): AsyncGenerator<RunEvent> {
  for (let after: number | null = 0; after !== null;) {
    const page: z.infer<typeof eventPageSchema> = await api.ask(
      `/runs/${runId}/events?after=${after}&limit=1000`,
      eventPageSchema,
    );
    for (const event of page.events) yield runEventSchema.parse(event) as RunEvent;
    after = page.nextAfter;
  }
}

/** A run stays on the version it began with, so it is read by that one. */
async function planOf(api: Api, run: { workflowId: string; version: number }): Promise<Plan> {
  const source = await api.ask(`/workflows/${run.workflowId}/export?version=${run.version}`, fileSchema);
  const compiled = compile(source, catalogue);
  if (compiled.ok) return compiled.plan;
  throw new CliFailure(`Version ${run.version} of the run's workflow does not compile with this Baton. Try --json.`);
}
