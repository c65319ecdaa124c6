import { connect } from "../connection.ts";
import { exitCodes } from "../failure.ts";
import { storeWorkflow } from "../store-workflow.ts";
import { readSoundWorkflow } from "../workflow-source.ts";
import type { Terminal } from "./context.ts";

/** Brings a workflow file into the organisation: as a new workflow, or as a new version of the one with its name. */
export async function importFile(
  terminal: Terminal,
  path: string,
  options: { copy?: boolean; acceptBreaking?: boolean },
): Promise<number> {
  const { source } = readSoundWorkflow(path, terminal.sayPaint);
  const { api } = await connect({ start: false, say: terminal.say, env: terminal.env });
  const stored = await storeWorkflow(api, source, options);
  terminal.print(`${stored.id}  ${stored.name}, version ${stored.version} (${stored.how})`);
  return exitCodes.success;
}
