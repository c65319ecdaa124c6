import { exitCodes } from "../failure.ts";
import { span } from "../paint.ts";
import { describeProblems, readWorkflow } from "../workflow-source.ts";
import type { Terminal } from "./context.ts";

/** Proves workflow files without a stack. Gives the exit code: 1 when one of them cannot run. */
export function validate(terminal: Terminal, paths: string[], options: { json?: boolean }): number {
  const workflows = paths.map(readWorkflow);
  if (options.json === true) {
    terminal.print(
      JSON.stringify(
        workflows.map(({ path, plan, problems }) => ({ file: path, ok: plan !== null, problems })),
        null,
        2,
      ),
    );
  } else {
    for (const { path, plan, problems } of workflows) {
      if (problems.length > 0) terminal.print(describeProblems(path, problems, terminal.paint));
      if (plan === null) continue;
      const facts = `${plan.nodes.size} steps, about ${span(plan.totals.ms)} and $${plan.totals.costUsd.toFixed(2)} a run`;
      terminal.print(`${terminal.paint("green", "✓")} ${path}: ${plan.file.name}, ${facts}`);
    }
  }
  return workflows.every(({ plan }) => plan !== null) ? exitCodes.success : exitCodes.failed;
}
