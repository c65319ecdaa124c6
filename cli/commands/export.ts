import { writeFileSync } from "node:fs";
import { z } from "zod";
import type { Json } from "../../engine/json.ts";
import { connect } from "../connection.ts";
import { CliFailure, exitCodes, wrongUsage } from "../failure.ts";
import { findByName } from "../store-workflow.ts";
import type { Terminal } from "./context.ts";

const fileSchema: z.ZodType<Json> = z.json();

/** Writes a workflow as a file: its draft, or a version. The workflow is named by its id or its exact name. */
export async function exportWorkflow(
  terminal: Terminal,
  which: string,
  options: { out?: string; version?: string },
): Promise<number> {
  const version = options.version === undefined ? null : Number(options.version);
  if (version !== null && !(Number.isInteger(version) && version > 0))
    throw wrongUsage("--version must be a whole number such as 3.");
  const { api } = await connect({ start: false, say: terminal.say, env: terminal.env });
  const id = z.uuid().safeParse(which).success ? which : (await findByName(api, which))?.id;
  if (id === undefined) throw new CliFailure(`There is no workflow with the id or name "${which}".`);
  const query = version === null ? "" : `?version=${version}`;
  const file = `${JSON.stringify(await api.ask(`/workflows/${id}/export${query}`, fileSchema), null, 2)}\n`;
  if (options.out === undefined) terminal.print(file.trimEnd());
  else {
    writeFileSync(options.out, file);
    terminal.say(`Written to ${options.out}`);
  }
  return exitCodes.success;
}
