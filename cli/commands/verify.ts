import type { z } from "zod";
import { runPageSchema } from "../../contracts/api/run.ts";
import { isRunEnded } from "../../engine/run/status.ts";
import { verifyJournal, type Violation } from "../../engine/run/verify.ts";
import type { RunEvent } from "../../engine/run/event.ts";
import type { Plan } from "../../engine/workflow/plan.ts";
import type { Api } from "../api.ts";
import { connect } from "../connection.ts";
import { exitCodes, wrongUsage } from "../failure.ts";
import { planOf, readEvents, readHead, runIdOf, type RunHead } from "../run-journal.ts";
import type { Terminal } from "./context.ts";

interface Verdict {
  run: string;
  events: number;
  violations: Violation[];
}

/** Proves from journals that runs were turned as promised: of one run, or of all. Gives 1 when one of them was not. */
export async function verify(
  terminal: Terminal,
  runId: string | undefined,
  options: { all?: boolean; json?: boolean },
): Promise<number> {
  if ((runId === undefined) !== (options.all === true)) throw wrongUsage("Name one run, or say --all.");
  const { api } = await connect({ start: false, say: terminal.say, env: terminal.env });
  const plans = new Map<string, Promise<Plan>>();
  const runs = runId === undefined ? allRuns(api) : [runIdOf(runId)];
  let checked = 0;
  let broken = 0;
  for await (const run of runs) {
    const verdict = await verdictOf(api, run, plans);
    checked += 1;
    if (verdict.violations.length > 0) broken += 1;
    if (options.json === true) terminal.print(JSON.stringify(verdict));
    else show(terminal, verdict);
  }
  if (options.json !== true && options.all === true) {
    const kept = broken === 0 ? "all of them keep every promise" : `${broken} of them broken`;
    terminal.print(`${checked} ${checked === 1 ? "run" : "runs"} checked, ${kept}.`);
  }
  return broken === 0 ? exitCodes.success : exitCodes.failed;
}

async function verdictOf(api: Api, run: string, plans: Map<string, Promise<Plan>>): Promise<Verdict> {
  const head = await readHead(api, run);
  const key = `${head.workflowId}@${head.version}`;
  const plan = plans.get(key) ?? planOf(api, head);
  plans.set(key, plan);
  const events: RunEvent[] = [];
  for await (const event of readEvents(api, run)) events.push(event);
  const violations = verifyJournal(run, events, {
    plan: await plan,
    facts: factsOf(head),
    ended: isRunEnded(head.status),
  });
  return { run, events: events.length, violations };
}

/** What goes on while it is read cannot be compared with a row that was read before. */
function factsOf(head: RunHead): { workflowId: string; version: number; status?: RunHead["status"]; costUsd?: number } {
  const { workflowId, version, status, cost } = head;
  return { workflowId, version, ...(isRunEnded(status) ? { status, costUsd: cost } : {}) };
}

async function* allRuns(api: Api): AsyncGenerator<string> {
  for (let cursor: string | null = null, first = true; first || cursor !== null; first = false) {
    const query = new URLSearchParams({ limit: "200", ...(cursor === null ? {} : { cursor }) });
    const page: z.infer<typeof runPageSchema> = await api.ask(`/runs?${query}`, runPageSchema);
    for (const { id } of page.items) yield id;
    cursor = page.nextCursor;
  }
}

function show(terminal: Terminal, { run, events, violations }: Verdict): void {
  if (violations.length === 0) {
    terminal.print(`${terminal.paint("green", "✓")} ${run}  ${events} events`);
    return;
  }
  terminal.print(`${terminal.paint("red", "✗")} ${run}  ${events} events`);
  for (const { rule, seq, message } of violations)
    terminal.print(`    ${rule.padEnd(11)} ${seq === null ? "" : `at ${seq}: `}${message}`);
}
