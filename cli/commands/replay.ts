import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Redis } from "ioredis";
import { runKeys } from "../../adapters/redis/keys.ts";
import { parseEnvironment } from "../../contracts/env.ts";
import { runEventSchema, type RunEvent } from "../../engine/run/event.ts";
import { replayJournal, stateBytes, stateDifferences } from "../../engine/run/replay.ts";
import type { RunState } from "../../engine/run/state.ts";
import type { Plan } from "../../engine/workflow/plan.ts";
import { connect } from "../connection.ts";
import { CliFailure, exitCodes, wrongUsage } from "../failure.ts";
import { planOf, readEvents, readHead, runIdOf } from "../run-journal.ts";
import { readStackFile } from "../stack/home.ts";
import { redisUrl } from "../stack/redis.ts";
import { describeProblems, readWorkflow } from "../workflow-source.ts";
import type { Terminal } from "./context.ts";

export interface ReplayOptions {
  /** A journal as `logs --json` prints it, instead of asking a stack. */
  journal?: string;
  /** The workflow file of that journal. */
  workflow?: string;
  at?: string;
  json?: boolean;
}

interface Source {
  plan: Plan;
  events: RunEvent[];
}

/** Folds a journal again, twice, and compares: with itself, and with the state that Redis keeps. Gives 1 where they differ. */
export async function replay(terminal: Terminal, run: string, options: ReplayOptions): Promise<number> {
  const runId = runIdOf(run);
  const upTo = options.at === undefined ? Infinity : Number(options.at);
  if (!(upTo >= 1)) throw wrongUsage("--at must be the number of an event.");
  const offline = options.journal !== undefined || options.workflow !== undefined;
  // The hot state is read first: the journal read after it has at least as much.
  const hot = offline || upTo !== Infinity ? null : await readHot(terminal.env, runId);
  const { plan, events } = offline ? fromFiles(terminal, options) : await fromStack(terminal, runId);
  const first = replayJournal(plan, runId, events, upTo);
  const second = replayJournal(plan, runId, events, upTo);
  const same = first.bytes === second.bytes;
  if (options.json === true) terminal.print(JSON.stringify(first.state, null, 2));
  else {
    const digest = createHash("sha256").update(first.bytes).digest("hex");
    const mark = same ? terminal.paint("green", "✓") : terminal.paint("red", "✗");
    terminal.print(
      `${mark} ${first.state.seq} events fold to ${same ? "the same state each time" : "different states"}`,
    );
    terminal.print(`  ${first.bytes.length} bytes, sha256 ${digest}, ${first.state.status}`);
  }
  const agrees = hot === null || agreesWithHot(terminal, plan, runId, events, hot);
  return same && agrees ? exitCodes.success : exitCodes.failed;
}

function agreesWithHot(terminal: Terminal, plan: Plan, runId: string, events: RunEvent[], hot: RunState): boolean {
  const { state, bytes } = replayJournal(plan, runId, events, hot.seq);
  if (bytes === stateBytes(hot)) {
    terminal.say(`  The state that Redis keeps (event ${hot.seq}) is the same.`);
    return true;
  }
  terminal.say(`  The state that Redis keeps (event ${hot.seq}) differs at:`);
  for (const path of stateDifferences(state, hot)) terminal.say(`    ${path}`);
  return false;
}

async function fromStack(terminal: Terminal, runId: string): Promise<Source> {
  const { api } = await connect({ start: false, say: terminal.say, env: terminal.env });
  const plan = await planOf(api, await readHead(api, runId));
  const events: RunEvent[] = [];
  for await (const event of readEvents(api, runId)) events.push(event);
  return { plan, events };
}

function fromFiles(terminal: Terminal, { journal, workflow }: ReplayOptions): Source {
  if (journal === undefined || workflow === undefined)
    throw wrongUsage("Offline, both are needed: --journal FILE (from logs RUN --json) and --workflow FILE.");
  const { path, plan, problems } = readWorkflow(workflow);
  if (plan === null) throw new CliFailure(describeProblems(path, problems, terminal.sayPaint));
  const lines = readFileSync(journal, "utf8").split("\n");
  const events = lines.flatMap((line) =>
    line.trim() === "" ? [] : [runEventSchema.parse(JSON.parse(line)) as RunEvent],
  );
  return { plan, events };
}

/** The state Redis keeps of a run; null where there is none (a run that is over needs none), or no Redis in reach. */
async function readHot(env: Terminal["env"], runId: string): Promise<RunState | null> {
  const url = hotUrl(env);
  if (url === null) return null;
  const redis = new Redis(url, { maxRetriesPerRequest: 0, retryStrategy: () => null, lazyConnect: true });
  redis.on("error", () => undefined);
  try {
    await redis.connect();
    const json = await redis.hget(runKeys.hot(runId), "json");
    return json === null ? null : (JSON.parse(json) as RunState);
  } catch {
    // Nobody promised that this machine reaches Redis: the replay itself does not need it.
    return null;
  } finally {
    redis.disconnect();
  }
}

function hotUrl(env: Terminal["env"]): string | null {
  const given = parseEnvironment(env);
  if (given.REDIS_URL !== undefined) return given.REDIS_URL;
  const stack = readStackFile(resolve(given.BATON_HOME));
  const port = stack?.ports["redis"];
  return stack === null || port === undefined ? null : redisUrl(stack, port);
}
