import { Command, CommanderError } from "commander";
import { EnvironmentError } from "../contracts/env.ts";
import { processTerminal, type Terminal } from "./commands/context.ts";
import { CliFailure, exitCodes } from "./failure.ts";

async function main(argv: string[], terminal: Terminal): Promise<number> {
  let status: number = exitCodes.success;
  const set = (code: number): void => void (status = code);
  try {
    await program(terminal, set).parseAsync(argv);
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.success : exitCodes.usage;
    terminal.say(explain(error));
    return error instanceof CliFailure ? error.exitCode : exitCodes.failed;
  }
}

/** Errors made for people are shown as they are; anything else keeps its stack, because then it is our mistake. */
function explain(error: unknown): string {
  if (error instanceof CliFailure || error instanceof EnvironmentError) return error.message;
  if (error instanceof AggregateError) return error.errors.map(explain).join("\n");
  if (!(error instanceof Error)) return String(error);
  // The stack's own errors are plain ones whose message says which part failed and where its log is.
  return error.constructor === Error || error.name === "HomeInUseError"
    ? error.message
    : (error.stack ?? error.message);
}

function program(terminal: Terminal, set: (status: number) => void): Command {
  const baton = new Command("baton")
    .description("Runs and looks after Baton workflows from the command line.")
    .usage("COMMAND [options]     (npm run baton -- COMMAND)")
    .exitOverride()
    .showHelpAfterError("(--help shows how)")
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.say(text.trimEnd()),
    })
    .addHelpText("after", () => help);
  workflowCommands(baton, terminal, set);
  runCommands(baton, terminal, set);
  return baton;
}

const help = `
BATON_API_KEY and PUBLIC_URL name a Baton that runs elsewhere; without them the one of this machine is used.

Exit status: 0 success, 1 the run or the check failed, 2 wrong usage.`;

function workflowCommands(baton: Command, terminal: Terminal, set: (status: number) => void): void {
  baton
    .command("run <file>")
    .description("run a workflow file to its end and print its output; starts Baton if none is up")
    .option(
      "-i, --input <json|@file>",
      "the run's input: JSON, @FILE with JSON, @- for standard input, or @FILE with the one text a workflow needs",
    )
    .option("-w, --watch", "show the steps as they happen")
    .option("--json", "print the output as JSON whatever it is")
    .action(async (file: string, options) =>
      set(await (await import("./commands/run.ts")).run(terminal, file, options)),
    );
  baton
    .command("validate <files...>")
    .description("prove that workflow files can run, without a stack")
    .option("--json", "print the problems as JSON")
    .action(async (files: string[], options) =>
      set((await import("./commands/validate.ts")).validate(terminal, files, options)),
    );
  baton
    .command("import <file>")
    .description("bring a workflow file in: a new workflow, or a new version of the one with its name")
    .option("--copy", "make a new workflow even if the name is taken")
    .option("--accept-breaking", "publish although workflows that call it give less than it asks for now")
    .action(async (file: string, options) =>
      set(await (await import("./commands/import.ts")).importFile(terminal, file, options)),
    );
  baton
    .command("export <workflow>")
    .description("print a workflow, named by id or exact name, as a file")
    .option("-o, --out <file>", "write it there")
    .option("--version <number>", "a version instead of the draft")
    .action(async (which: string, options) =>
      set(await (await import("./commands/export.ts")).exportWorkflow(terminal, which, options)),
    );
}

function runCommands(baton: Command, terminal: Terminal, set: (status: number) => void): void {
  baton
    .command("runs")
    .description("list runs, the newest first")
    .option("-n, --limit <number>", "how many", "20")
    .option("--status <status>", "only those")
    .option("--json", "as JSON")
    .action(async (options) => set(await (await import("./commands/runs.ts")).listRuns(terminal, options)));
  baton
    .command("logs <run>")
    .description("tell what happened in a run")
    .option("-f, --follow", "go on until it ends")
    .option("--json", "print its journal, an event a line")
    .action(async (run: string, options) =>
      set(await (await import("./commands/logs.ts")).logs(terminal, run, options)),
    );
  baton
    .command("verify [run]")
    .description("prove from its journal that a run was turned as promised")
    .option("--all", "all runs of the organisation")
    .option("--json", "a verdict a line, as JSON")
    .action(async (run: string | undefined, options) =>
      set(await (await import("./commands/verify.ts")).verify(terminal, run, options)),
    );
  baton
    .command("replay <run>")
    .description("fold a run's journal again and compare the state, with itself and with what Redis keeps")
    .option("--at <number>", "stop after that event")
    .option("--journal <file>", "offline: the journal as logs --json prints it")
    .option("--workflow <file>", "offline: the workflow file of that journal")
    .option("--json", "print the state")
    .action(async (run: string, options) =>
      set(await (await import("./commands/replay.ts")).replay(terminal, run, options)),
    );
  baton
    .command("fork <run>")
    .description("start a run that goes on from a moment of another one; what had ended is not run or paid again")
    .requiredOption("--at <number>", "number of the last event that counts")
    .option("-i, --input <json|@file>", "another input: only what depends on it runs again")
    .option("--json", "as JSON")
    .action(async (run: string, options) =>
      set(await (await import("./commands/fork.ts")).fork(terminal, run, options)),
    );
  baton
    .command("approve <id>")
    .description("decide an approval, named by its id or by the run that waits")
    .option("--reject", "reject instead")
    .option("--decision <option>", "another option, by id or label")
    .option("-c, --comment <text>", "what to say with it")
    .option("--field <name=value...>", "fields that the request asks for")
    .action(async (id: string, options) =>
      set(await (await import("./commands/approve.ts")).approve(terminal, id, options)),
    );
  baton
    .command("doctor")
    .description("say what is missing on this machine and how to get it")
    .option("--json", "as JSON")
    .action(async (options) => set(await (await import("./commands/doctor.ts")).doctor(terminal, options)));
}

/**
 * The command line. Each command is loaded when it is asked for, so that `validate` need not wait for what `run` brings along.
 * Exit status: 0 success, 1 the run or the check failed, 2 wrong usage, 130 interrupted.
 */
const terminal = processTerminal();
process.exitCode = await main(process.argv, terminal);
