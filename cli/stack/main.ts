import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { EnvironmentError, parseEnvironment } from "../../contracts/env.ts";
import { ensureFirstAccount, type FirstAccount } from "./account.ts";
import { openHome } from "./home.ts";
import { HomeInUseError, lockHolder } from "./lock.ts";
import { type Progress, terminalProgress } from "./progress.ts";
import { probeHttp } from "./parts.ts";
import { type Stack, startStack } from "./stack.ts";
import { buildPages } from "./web-build.ts";

/** `npm start`, and with `--dev` `npm run dev`: the whole product until Ctrl-C. */

/** A worker says that it lives once it has its connections; on a busy machine that takes a while. */
const healthyWithinMs = 60_000;
const isDev = process.argv.includes("--dev");
const progress = terminalProgress((line) => process.stdout.write(`${line}\n`));
const interrupted = new AbortController();
/** Ends the build when it is no longer wanted: on an interrupt, and when another part of the start has failed. */
const unwanted = new AbortController();

// Whoever read our lines may be gone; the stack goes on, or stops, all the same.
process.stdout.on("error", () => undefined);
process.once("SIGINT", () => interrupt("SIGINT"));
process.once("SIGTERM", () => interrupt("SIGTERM"));
// The terminal was closed.
process.once("SIGHUP", () => interrupt("SIGHUP"));

try {
  await main();
} catch (error) {
  unwanted.abort();
  if (!interrupted.signal.aborted) {
    process.stderr.write(`\n${explain(error)}\n`);
    process.exitCode = 1;
  }
}

async function main(): Promise<void> {
  const env: Record<string, string | undefined> = { BATON_MODE: isDev ? "development" : "production" };
  const given = parseEnvironment({ ...process.env, ...env });
  const holder = lockHolder(resolve(given.BATON_HOME));
  if (holder !== null) throw new HomeInUseError(resolve(given.BATON_HOME), holder);
  // The build needs no running part, so it goes on while they start.
  const built = isDev ? Promise.resolve() : startBuild(given.BATON_HOME);
  // It is awaited below; until then a failure must not count as unhandled.
  built.catch(() => undefined);
  let account: FirstAccount | null = null;
  const stack = await startStack({
    env,
    progress,
    signal: interrupted.signal,
    beforeWeb: async (childEnv, steps, home) => {
      const step = steps.begin("First account");
      account = await ensureFirstAccount(childEnv, home);
      step.done();
      await built;
    },
  });
  await waitUntilHealthy(stack, progress);
  const stopped = new Promise<void>((resolve) => interrupted.signal.addEventListener("abort", () => resolve()));
  progress.say(`\nBaton is ready on ${stack.url}`);
  progress.say(signIn(account));
  await stopped;
  await stack.stop();
  progress.say("Stopped.");
}

/** Each part has answered by itself; this asks whether they work together, a worker among them that has looked at its queue. */
async function waitUntilHealthy(stack: Stack, steps: Progress): Promise<void> {
  const step = steps.begin("All parts together");
  const lastAt = Date.now() + healthyWithinMs;
  for (;;) {
    const fault = await probeHttp(`${stack.url}/api/v1/health`).then(
      () => null,
      (error: unknown) => error,
    );
    if (fault === null || interrupted.signal.aborted) return step.done();
    if (Date.now() > lastAt) {
      step.failed();
      await stack.stop();
      throw new Error(`The parts do not work together; see the logs in ${stack.home.logs}.`, { cause: fault });
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function startBuild(homePath: string): Promise<void> {
  const logs = openHome(homePath).logs;
  mkdirSync(logs, { recursive: true });
  const env = Object.fromEntries(
    Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
  return buildPages(env, join(logs, "build.log"), progress, unwanted.signal);
}

function signIn(account: FirstAccount | null): string {
  if (account === null) return "";
  const password = account.password ?? "the one you chose (BATON_ADMIN_PASSWORD)";
  return `Sign in with ${account.email} and the password ${password}\n`;
}

function interrupt(signal: NodeJS.Signals): void {
  progress.say(signal === "SIGINT" ? "\nStopping … (Ctrl-C again to stop at once)" : "Stopping …");
  interrupted.abort();
  unwanted.abort();
  // Impatience: children notice that we are gone and end themselves.
  process.once("SIGINT", () => process.exit(130));
}

/** Errors made for people are shown as they are; anything else keeps its stack, because then it is our mistake. */
function explain(error: unknown): string {
  if (error instanceof HomeInUseError || error instanceof EnvironmentError) return error.message;
  if (error instanceof AggregateError) return error.errors.map(explain).join("\n");
  if (!(error instanceof Error)) return String(error);
  return error.constructor === Error ? error.message : (error.stack ?? error.message);
}
