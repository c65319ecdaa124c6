import { startAnswerSchema } from "../../contracts/api/run.ts";
import type { Json } from "../../engine/json.ts";
import { connect } from "../connection.ts";
import { exitCodes, wrongUsage } from "../failure.ts";
import { runIdOf } from "../run-journal.ts";
import { readInput } from "../run-input.ts";
import type { Terminal } from "./context.ts";

/** Starts a run that goes on from a moment of another one. */
export async function fork(
  terminal: Terminal,
  runId: string,
  options: { at: string; input?: string; json?: boolean },
): Promise<number> {
  const at = Number(options.at);
  if (!Number.isInteger(at) || at < 1)
    throw wrongUsage("--at must be the number of an event, as logs --json shows them.");
  const input: Json | undefined = options.input === undefined ? undefined : readInput(options.input, {});
  const { api } = await connect({ start: false, say: terminal.say, env: terminal.env });
  const body = { at, ...(input === undefined ? {} : { input }) };
  const run = await api.ask(`/runs/${runIdOf(runId)}/fork`, startAnswerSchema, { method: "POST", body });
  if (options.json === true) terminal.print(JSON.stringify(run));
  else terminal.print(`Run ${run.id} goes on from event ${at}. Follow it: npm run baton -- logs ${run.id} --follow`);
  return exitCodes.success;
}
