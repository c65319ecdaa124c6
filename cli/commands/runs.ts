import { runPageSchema } from "../../contracts/api/run.ts";
import { runStatusSchema } from "../../engine/run/status.ts";
import { connect } from "../connection.ts";
import { exitCodes, wrongUsage } from "../failure.ts";
import { cut, runMarks, span } from "../paint.ts";
import type { Terminal } from "./context.ts";

/** Lists runs, the newest first. */
export async function listRuns(
  terminal: Terminal,
  options: { limit: string; status?: string; json?: boolean },
): Promise<number> {
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > 200)
    throw wrongUsage("--limit must be a whole number from 1 to 200.");
  const status = runStatusSchema.optional().safeParse(options.status);
  if (!status.success) throw wrongUsage(`--status must be one of: ${runStatusSchema.options.join(", ")}.`);
  const { api } = await connect({ start: false, say: terminal.say, env: terminal.env });
  const query = new URLSearchParams({
    limit: String(limit),
    ...(status.data === undefined ? {} : { status: status.data }),
  });
  const { items } = await api.ask(`/runs?${query}`, runPageSchema);
  if (options.json === true) terminal.print(JSON.stringify(items, null, 2));
  else if (items.length === 0) terminal.say("There are no runs. Start one: npm run baton -- run FILE");
  else {
    for (const { id, status: state, workflowName, startedAt, endedAt, createdAt } of items) {
      const mark = runMarks[state];
      const begun = Date.parse(startedAt ?? createdAt);
      const spent = span((endedAt === null ? Date.now() : Date.parse(endedAt)) - begun);
      const word = terminal.paint(mark.colour, `${mark.icon} ${mark.word.padEnd(9)}`);
      terminal.print(
        `${id}  ${word}  ${cut(workflowName, 32).padEnd(32)}  ${createdAt.slice(0, 19).replace("T", " ")}  ${spent}`,
      );
    }
  }
  return exitCodes.success;
}
