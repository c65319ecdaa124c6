import { startAnswerSchema } from "../../contracts/api/run.ts";
import type { Json } from "../../engine/json.ts";
import type { RunView } from "../../engine/run/projection.ts";
import { isRunEnded } from "../../engine/run/status.ts";
import type { Plan } from "../../engine/workflow/plan.ts";
import { connect, type Connection } from "../connection.ts";
import { CliFailure, exitCodes } from "../failure.ts";
import { followRun, type Watcher } from "../follow-run.ts";
import { printable } from "../paint.ts";
import { asJson, asText } from "../print-output.ts";
import { checkInput, readInput } from "../run-input.ts";
import { approveCommand } from "../run-view.ts";
import { storeWorkflow } from "../store-workflow.ts";
import { lineWatcher, liveWatcher, quietWatcher } from "../watchers.ts";
import { readSoundWorkflow } from "../workflow-source.ts";
import type { Terminal } from "./context.ts";

export interface RunOptions {
  input?: string;
  watch?: boolean;
  json?: boolean;
}

/** Runs a workflow file to its end and prints its output. Gives the exit code: 1 when the run failed. */
export async function run(terminal: Terminal, path: string, options: RunOptions): Promise<number> {
  // All that can be wrong with what was typed is told before anything is started.
  const workflow = readSoundWorkflow(path, terminal.sayPaint);
  const input = readInput(options.input, workflow.plan.file.input);
  checkInput(input, workflow.plan.file.input, path);

  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort();
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  // The terminal was closed.
  process.once("SIGHUP", interrupt);
  let connection: Connection | null = null;
  try {
    connection = await connect({ start: true, say: terminal.say, signal: interrupted.signal, env: terminal.env });
    return await runOn(terminal, connection, workflow, input, options, interrupted.signal);
  } catch (error) {
    if (interrupted.signal.aborted) return exitCodes.interrupted;
    throw error;
  } finally {
    await connection?.close();
    process.removeListener("SIGINT", interrupt);
    process.removeListener("SIGTERM", interrupt);
    process.removeListener("SIGHUP", interrupt);
  }
}

async function runOn(
  terminal: Terminal,
  connection: Connection,
  workflow: { source: Json; plan: Plan },
  input: Json,
  options: RunOptions,
  signal: AbortSignal,
): Promise<number> {
  const { api } = connection;
  const stored = await storeWorkflow(api, workflow.source);
  if (stored.how !== "unchanged") terminal.say(`${stored.name}: ${stored.how}, version ${stored.version}`);
  const { id } = await api.ask(`/workflows/${stored.id}/runs`, startAnswerSchema, {
    method: "POST",
    body: { input, version: stored.version },
  });
  terminal.say(`Run ${id}${connection.started ? "" : `, to be seen at ${api.url}/runs/${id}`}`);
  const view = await followRun(api, workflow.plan, id, watcherFor(terminal, workflow.plan, options), signal);
  if (!isRunEnded(view.status)) {
    terminal.say(leftGoing(id, view, connection.started));
    return exitCodes.interrupted;
  }
  return conclude(terminal, view, options);
}

function watcherFor(terminal: Terminal, plan: Plan, options: RunOptions): Watcher {
  if (options.watch !== true) return quietWatcher(terminal.say);
  // With JSON on standard output, what goes on must stay out of it.
  if (options.json === true) return lineWatcher(terminal.say, terminal.sayPaint);
  const isTerminal = terminal.out.isTTY && terminal.env["TERM"] !== "dumb";
  return isTerminal ? liveWatcher(terminal.out, plan, terminal.paint) : lineWatcher(terminal.print, terminal.paint);
}

/** Prints what the run gave. Gives the exit code. */
export function conclude(terminal: Terminal, view: RunView, options: { watch?: boolean; json?: boolean }): number {
  if (view.status !== "completed") {
    const step = view.errorStep === null ? "" : ` at ${view.errorStep}`;
    const why = view.error === null ? "" : `: ${printable(view.error.message)} (${view.error.code})`;
    const next = view.status === "failed" ? `\nSee what happened: npm run baton -- logs ${view.runId}` : "";
    throw new CliFailure(`The run ${view.status === "failed" ? "failed" : "was cancelled"}${step}${why}${next}`);
  }
  if (view.demo && options.watch !== true)
    terminal.say("Note: the offline demo model gave the answers. Set OPENAI_API_KEY for a real one.");
  const forPeople =
    options.json !== true && (options.watch === true || terminal.out.isTTY || typeof view.output === "string");
  terminal.print(forPeople ? `${options.watch === true ? "\n" : ""}${asText(view.output)}` : asJson(view.output));
  return exitCodes.success;
}

function leftGoing(id: string, view: RunView, own: boolean): string {
  const asked = view.steps.find((step) => step.status === "waiting" && step.approvalId !== null);
  return [
    own
      ? `Run ${id} is kept. It was on this command's own Baton: it goes on as soon as Baton runs again (npm start).`
      : `Run ${id} goes on without you.`,
    `  look at it:  npm run baton -- logs ${id} --follow`,
    ...(asked?.approvalId == null ? [] : [`  decide:      ${approveCommand(asked.approvalId)}`]),
  ].join("\n");
}
