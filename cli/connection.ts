import { resolve } from "node:path";
import { type Environment, parseEnvironment } from "../contracts/env.ts";
import { type Api, createApi } from "./api.ts";
import { CliFailure } from "./failure.ts";
import { localAdmin } from "./local-admin.ts";
import { readStackFile } from "./stack/home.ts";
import { lockHolder } from "./stack/lock.ts";

export interface Connection {
  api: Api;
  /** True when this command brought the stack up: it ends with the command. */
  started: boolean;
  close(): Promise<void>;
}

export interface ConnectOptions {
  /** Bring the embedded stack up where none runs. */
  start: boolean;
  /** Progress for people. */
  say: (line: string) => void;
  /** Aborting it stops a stack that this command started. */
  signal?: AbortSignal;
  env?: Record<string, string | undefined>;
}

const startingMs = 60_000;

/**
 * Finds the running stack: at PUBLIC_URL, at the address of the stack that holds BATON_HOME, or at PORT.
 * @throws CliFailure when none answers and none may be started
 */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const env = options.env ?? process.env;
  const given = parseEnvironment(env);
  const home = resolve(given.BATON_HOME);
  const holder = lockHolder(home);
  const url = addressOf(given, home, holder !== null);
  const authorization = authorizationFor(given, home);
  const found: Connection = { api: createApi(url, authorization), started: false, close: () => Promise.resolve() };
  if (await answers(url)) return found;
  if (holder !== null) {
    options.say(`Baton (process ${holder.pid}) runs but does not answer yet: waiting for it …`);
    if (await answersWithin(url, startingMs, options.signal)) return found;
    throw new CliFailure(
      `Baton (process ${holder.pid}) holds ${home} but does not answer at ${url}. See: npm run baton -- doctor`,
    );
  }
  if (given.PUBLIC_URL !== undefined && !isThisMachine(given.PUBLIC_URL)) {
    throw new CliFailure(
      `Nothing answers at ${url} (PUBLIC_URL). Check the address, or unset PUBLIC_URL to use this machine's own stack.`,
    );
  }
  if (!options.start) {
    throw new CliFailure(
      `Baton does not run at ${url}. Start it with npm start, or point PUBLIC_URL and BATON_API_KEY at one that runs.`,
    );
  }
  return startOwn(env, given, options);
}

/** Brings up all parts for the time of this command. Its pages are there if they were built before. */
async function startOwn(
  env: Record<string, string | undefined>,
  given: Environment,
  options: ConnectOptions,
): Promise<Connection> {
  // Loaded only here: most commands talk to a stack that runs.
  const { startStack } = await import("./stack/stack.ts");
  const { ensureFirstAccount } = await import("./stack/account.ts");
  const { terminalProgress } = await import("./stack/progress.ts");
  options.say("No Baton is running: starting one for this command …");
  const stack = await startStack({
    env,
    progress: terminalProgress(options.say),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    beforeWeb: async (childEnv, progress, home) => {
      const step = progress.begin("First account");
      await ensureFirstAccount(childEnv, home);
      step.done();
    },
  });
  // The keys of the embedded home always fit; a key in the environment may have been made for another one.
  const isEmbedded = given.DATABASE_URL === undefined;
  const authorization = isEmbedded
    ? localAdmin(stack.home.path, given.BATON_ADMIN_EMAIL)
    : authorizationFor(given, stack.home.path);
  // PUBLIC_URL may name a proxy in front; this command talks to its own stack.
  const url = `http://127.0.0.1:${stack.env["PORT"]}`;
  return { api: createApi(url, authorization), started: true, close: () => stack.stop() };
}

/** Who the command speaks as: the key that was given, else the first account of the embedded stack. */
function authorizationFor(given: Environment, home: string): () => Promise<string> {
  const { BATON_API_KEY: key, DATABASE_URL: hosted } = given;
  if (key !== undefined) return () => Promise.resolve(`Bearer ${key}`);
  if (hosted === undefined) return localAdmin(home, given.BATON_ADMIN_EMAIL);
  const message = "With a hosted Supabase the command line needs BATON_API_KEY: make a key in Settings, API keys.";
  return () => Promise.reject(new CliFailure(message));
}

function addressOf(given: Environment, home: string, isHeld: boolean): string {
  if (given.PUBLIC_URL !== undefined) return given.PUBLIC_URL.replace(/\/+$/, "");
  const port = isHeld ? readStackFile(home)?.ports["web"] : undefined;
  return `http://localhost:${port ?? given.PORT}`;
}

function isThisMachine(url: string): boolean {
  return ["localhost", "127.0.0.1", "[::1]"].includes(new URL(url).hostname);
}

/** Whether a Baton answers there: a health report, healthy or not. */
async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/api/v1/health`, { signal: AbortSignal.timeout(5_000) });
    const body: unknown = await response.json();
    return typeof body === "object" && body !== null && "services" in body;
  } catch {
    // Nothing listens there, or something that is not Baton.
    return false;
  }
}

async function answersWithin(url: string, ms: number, signal?: AbortSignal): Promise<boolean> {
  const deadline = performance.now() + ms;
  while (performance.now() < deadline) {
    if (await answers(url)) return true;
    if (signal?.aborted === true) return false;
    await new Promise((done) => setTimeout(done, 300));
  }
  return false;
}
