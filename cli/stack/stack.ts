import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { parseEnvironment } from "../../contracts/env.ts";
import { migrateDatabase } from "../../supabase/local/migrate.ts";
import { type Child, type ChildEvents, type ChildSpec, endLeftovers, startChild } from "./child.ts";
import { type Home, openHome, rememberPorts } from "./home.ts";
import { lockHome } from "./lock.ts";
import { hasScript, type PartName, partNames, probeHttp, type ScriptName, scriptSpec } from "./parts.ts";
import { choosePorts } from "./ports.ts";
import { preparePostgres } from "./postgres.ts";
import { isCode } from "./process-identity.ts";
import { type Progress, silentProgress, terminalProgress } from "./progress.ts";
import { prepareRedis } from "./redis.ts";
import { outsideParts, stackEnvironment } from "./stack-environment.ts";

export interface StackOptions {
  /** BATON_HOME; default: the variable, else `.baton`. */
  home?: string;
  /** Web port; 0 chooses free ports for all parts. Default: the variable, else 3000. */
  port?: number;
  /** Which parts to start; default all. Those that the variables place elsewhere are never started. */
  parts?: PartName[];
  /** Print nothing. */
  quiet?: boolean;
  /** Laid over process.env, before it is parsed. */
  env?: Record<string, string | undefined>;
  /** Work to be done between the data parts and the web part, such as building and making the first account. */
  beforeWeb?: (env: Record<string, string>, progress: Progress, home: Home) => Promise<void>;
  /** Where progress goes; default the terminal, unless quiet. */
  progress?: Progress;
  /** Aborting it stops the stack, also while it is still starting. */
  signal?: AbortSignal;
}

export interface Stack {
  /** Every variable for the children. */
  env: Record<string, string>;
  /** The web app. */
  url: string;
  home: Home;
  children: Pick<Child, "name" | "logPath" | "pid" | "kill" | "restart">[];
  /** Stops everything in reverse order; may be called more than once. */
  stop(): Promise<void>;
}

/**
 * Starts a stack and resolves when each of its parts answers. Whatever fails, nothing is left running.
 * @throws HomeInUseError, EnvironmentError, or an Error that says which part failed and where its log is
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const source: Record<string, string | undefined> = { ...process.env, ...options.env };
  if (options.port !== undefined) source["PORT"] = String(options.port);
  if (options.home !== undefined) source["BATON_HOME"] = options.home;
  const given = parseEnvironment(source);
  const outside = outsideParts(given);
  const wanted = new Set<PartName>(options.parts ?? partNames);
  const progress = options.progress ?? (options.quiet ? silentProgress : terminalProgress(console.log));

  const home = openHome(given.BATON_HOME);
  const lock = lockHome(home.path, given.PORT === 0 ? "" : `http://localhost:${given.PORT}`);
  const children: Child[] = [];
  let stopped: Promise<void> | null = null;
  const stop = (): Promise<void> => (stopped ??= stopAll(children, home, lock.release));
  const events = childEvents(children, home, progress);
  options.signal?.addEventListener("abort", () => void stop());
  try {
    await endLeftovers(readLeftovers(home));
    const ports = await choosePorts(given.PORT, home.previousPorts, wanted.has("web"));
    rememberPorts(home, ports);
    const env = stackEnvironment(home, ports, given, source, outside);

    const start = async (title: string, make: () => ChildSpec | Promise<ChildSpec>): Promise<void> => {
      const step = progress.begin(title);
      try {
        const spec = await make();
        if (stopped !== null) throw new Error("The start was interrupted.");
        const child = startChild(spec, home.logs, events);
        children.push(child);
        events.changed();
        await child.ready();
        step.done();
      } catch (error) {
        step.failed();
        throw error;
      }
    };
    const script = (
      name: ScriptName,
      url: string,
      graceMs: number,
      title: string,
      isAccepted?: (status: number) => boolean,
    ) =>
      start(title, () =>
        scriptSpec(name, { env, graceMs, readyWithinMs: 60_000, probe: () => probeHttp(url, isAccepted) }),
      );

    const gateway = `http://127.0.0.1:${ports.supabase}/health`;
    if (wanted.has("supabase") && outside.supabase) await migrateHosted(env, progress);
    await Promise.all([
      wanted.has("postgres") && !outside.supabase
        ? start("Database", () => preparePostgres(home, ports.postgres))
        : undefined,
      wanted.has("redis") && !outside.redis ? start("Redis", () => prepareRedis(home, ports.redis)) : undefined,
      // Loads its code while the database comes up, and waits for it by itself.
      wanted.has("supabase") && !outside.supabase ? script("supabase", gateway, 5000, "Supabase") : undefined,
      wanted.has("supabase") && outside.supabase && !outside.mail
        ? script("mailbox", gateway, 5000, "Mailbox")
        : undefined,
    ]);
    if (wanted.has("model") && !outside.model && hasScript("model")) {
      await script("model", `http://127.0.0.1:${ports.model}/v1/models`, 3000, "Demo model", (status) => status < 500);
    }
    await options.beforeWeb?.(env, progress, home);
    await Promise.all([
      wanted.has("web") && hasScript("web")
        ? // A part that is still coming up makes it answer 503; the page is served all the same.
          script("web", `http://127.0.0.1:${ports.web}/api/v1/health`, 10_000, "Web", (status) => status < 600)
        : undefined,
      ...(wanted.has("worker") && hasScript("worker") ? workerNames(given.BATON_WORKERS) : []).map((name) =>
        start(name === "worker" ? "Worker" : `Worker ${name.slice(7)}`, () =>
          scriptSpec("worker", {
            name,
            env,
            graceMs: 10_000,
            readyWithinMs: 60_000,
            probe: () => isUp(children, name),
          }),
        ),
      ),
    ]);
    return { env, url: env["PUBLIC_URL"] ?? "", home, children, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function migrateHosted(env: Record<string, string>, progress: Progress): Promise<void> {
  const step = progress.begin("Migrations");
  try {
    const applied = await migrateDatabase(env["DATABASE_URL"] ?? "");
    step.done(applied.length === 0 ? "none to apply" : `${applied.length} applied`);
  } catch (error) {
    step.failed();
    throw error;
  }
}

function workerNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => (index === 0 ? "worker" : `worker-${index + 1}`));
}

/** A worker listens on no port: it is up when it has lived through its first moments. */
async function isUp(children: Child[], name: string): Promise<void> {
  const worker = children.find((child) => child.name === name);
  const pid = worker?.pid() ?? null;
  await new Promise((resolve) => setTimeout(resolve, 400));
  if (pid === null || worker?.pid() !== pid) throw new Error("it ended at once");
}

function childEvents(children: Child[], home: Home, progress: Progress): ChildEvents {
  return {
    changed: () => writeLeftovers(home, children),
    crashLoop: (name, deaths, logPath, tail) =>
      progress.say(
        `! ${name} has ended ${deaths} times and is started again and again. Its log is ${logPath}:\n${tail}`,
      ),
  };
}

async function stopAll(children: Child[], home: Home, release: () => void): Promise<void> {
  // Those that use the data parts first; a failure to stop one must not keep the others running.
  const failures: unknown[] = [];
  const order = children.toSorted((one, other) => rank(other.name) - rank(one.name));
  for (const child of order) await child.stop().catch((error: unknown) => failures.push(error));
  rmSync(leftoversPath(home), { force: true });
  release();
  if (failures.length > 0) throw new AggregateError(failures, "Some parts did not stop cleanly.");
}

/** Place in the order of starting; the mailbox stands where Supabase does. */
function rank(name: string): number {
  return partNames.findIndex((part) => name.startsWith(part === "supabase" && name === "mailbox" ? "mailbox" : part));
}

const leftoversSchema = z.array(
  z.object({ pid: z.number().int(), began: z.string(), stopSignal: z.enum(["SIGINT", "SIGTERM"]) }),
);

function leftoversPath(home: Home): string {
  return join(home.path, "processes.json");
}

/** Written at each change, so that the next start can end what a killed supervisor could not. */
function writeLeftovers(home: Home, children: Child[]): void {
  const records = children.flatMap((child) => {
    const record = child.record();
    return record === null ? [] : [{ ...record, stopSignal: child.name === "postgres" ? "SIGINT" : "SIGTERM" }];
  });
  writeFileSync(leftoversPath(home), JSON.stringify(records), { mode: 0o600 });
}

function readLeftovers(home: Home): z.infer<typeof leftoversSchema> {
  let text: string;
  try {
    text = readFileSync(leftoversPath(home), "utf8");
  } catch (error) {
    if (isCode(error, "ENOENT")) return [];
    throw error;
  }
  // Cut off in the middle of a write, it names nobody that we could be sure of.
  return text.trim().endsWith("]") ? leftoversSchema.parse(JSON.parse(text)) : [];
}
