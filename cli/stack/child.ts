import { spawn, type ChildProcess } from "node:child_process";
import { type LogFile, openLogFile } from "./log-file.ts";
import { spawnEnvironment } from "./node-script.ts";
import { isStillRunning, type ProcessRecord, recordProcess, signalProcess } from "./process-identity.ts";

/** How one program of the stack is run, asked whether it works, and stopped. */
export interface ChildSpec {
  name: string;
  command: string;
  args: string[];
  env: Record<string, string>;
  cwd: string;
  /** Another user to run as; only root can. */
  owner?: { uid: number; gid: number };
  /** Our own Node programs notice the supervisor's end by themselves; for others a small shell watches. */
  kind: "node" | "native";
  stopSignal: NodeJS.Signals;
  /** How long a clean stop may take before the child is killed. */
  graceMs: number;
  /** Resolves when the program answers, rejects while it does not. Called again and again until `readyWithinMs`. */
  probe: () => Promise<void>;
  readyWithinMs: number;
}

/** A program that is kept alive. */
export interface Child {
  readonly name: string;
  readonly logPath: string;
  /** The current process number; null between a death and the next start. */
  pid(): number | null;
  record(): ProcessRecord | null;
  kill(signal: NodeJS.Signals): void;
  /** Stops it cleanly and starts it again; resolves when it answers. */
  restart(): Promise<void>;
  /** Resolves when it answers; rejects when it does not in time, with the end of its log. */
  ready(): Promise<void>;
  stop(): Promise<void>;
}

export interface ChildEvents {
  /** The process behind a child changed: it was started, or has ended. */
  changed(): void;
  /** It dies again and again; said once per spell, then every tenth time. */
  crashLoop(name: string, deaths: number, logPath: string, tail: string): void;
}

const firstBackoffMs = 200;
const lastBackoffMs = 10_000;
/** Whoever lives this long has recovered: the next death starts from the first backoff. */
const healthyAfterMs = 30_000;
const deathsOfALoop = 4;
/** The status (EX_CONFIG) with which a program says that starting it again will not help; its log says why. */
const refusal = 78;

/** Starts a program and keeps it running until it is stopped. */
export function startChild(spec: ChildSpec, logFolder: string, events: ChildEvents): Child {
  const log = openLogFile(logFolder, spec.name);
  const rotation = setInterval(() => log.rotateWhenLarge(), 30_000);
  rotation.unref();
  let current: { process: ChildProcess; ended: Promise<void>; record: ProcessRecord | null } | null = null;
  let stopping = false;
  let deaths = 0;
  let refused = false;
  let retry: NodeJS.Timeout | null = null;

  const launch = (): void => {
    retry = null;
    const startedAt = Date.now();
    const child = spawnChild(spec, log);
    const watcher = spec.kind === "native" && child.pid !== undefined ? watchOver(child.pid, spec.stopSignal) : null;
    const ended = new Promise<void>((resolve) => {
      // `exit` comes before `close`; with log files there is no stream of ours to wait for.
      child.once("exit", () => resolve());
      child.once("error", () => resolve());
    });
    child.once("error", (error) => log.note(`could not be started: ${error.message}`));
    current = { process: child, ended, record: child.pid === undefined ? null : recordProcess(child.pid) };
    events.changed();
    const recover = async (): Promise<void> => {
      await ended;
      watcher?.release();
      log.note(`ended with ${child.signalCode ?? `status ${child.exitCode}`}`);
      current = null;
      events.changed();
      refused = child.exitCode === refusal;
      if (stopping) return;
      deaths = Date.now() - startedAt > healthyAfterMs ? 1 : deaths + 1;
      if (deaths === deathsOfALoop || (deaths > deathsOfALoop && deaths % 10 === 0)) {
        events.crashLoop(spec.name, deaths, log.path, log.tail(5));
      }
      retry = setTimeout(launch, Math.min(firstBackoffMs * 2 ** (deaths - 1), lastBackoffMs));
    };
    void recover();
  };

  const isHopeless = (): boolean => stopping || refused || deaths >= deathsOfALoop;
  const halt = async (): Promise<void> => {
    stopping = true;
    if (retry !== null) clearTimeout(retry);
    retry = null;
    if (current !== null) await endProcess(current.process, current.ended, spec);
  };

  launch();
  return {
    name: spec.name,
    logPath: log.path,
    pid: () => current?.process.pid ?? null,
    record: () => current?.record ?? null,
    kill: (signal) => {
      if (current?.process.pid !== undefined) signalProcess(current.process.pid, signal);
    },
    ready: () => waitUntilReady(spec, log, isHopeless),
    restart: async () => {
      await halt();
      stopping = false;
      deaths = 0;
      launch();
      await waitUntilReady(spec, log, isHopeless);
    },
    stop: async () => {
      await halt();
      clearInterval(rotation);
      log.close();
    },
  };
}

function spawnChild(spec: ChildSpec, log: LogFile): ChildProcess {
  return spawn(spec.command, spec.args, {
    cwd: spec.cwd,
    env: spawnEnvironment(spec.kind === "node" ? { ...spec.env, BATON_LIFELINE: "1" } : spec.env),
    // A session of its own: Ctrl-C in the terminal reaches the supervisor alone, which then stops them in order.
    detached: true,
    stdio: spec.kind === "node" ? ["ignore", log.fd, log.fd, "pipe"] : ["ignore", log.fd, log.fd],
    ...spec.owner,
  });
}

/**
 * Ends a native program when the supervisor dies: a shell that reads from a pipe which only the supervisor holds.
 * When the pipe closes without a word, the shell sends the signal; a word first means that all is well.
 */
function watchOver(pid: number, signal: NodeJS.Signals): { release(): void } {
  const script = `read -r word; if [ "$word" != released ]; then kill -${signal.replace("SIG", "")} ${pid}; fi`;
  const watcher = spawn("/bin/sh", ["-c", script], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  watcher.unref();
  // Without a watcher the program still runs, and the next start clears up after a killed supervisor.
  watcher.once("error", () => undefined);
  watcher.stdin?.on("error", () => undefined);
  return { release: () => void watcher.stdin?.end("released\n") };
}

async function endProcess(child: ChildProcess, ended: Promise<void>, spec: ChildSpec): Promise<void> {
  if (child.pid === undefined) return;
  signalProcess(child.pid, spec.stopSignal);
  const { pid } = child;
  const patience = setTimeout(() => signalProcess(pid, "SIGKILL"), spec.graceMs);
  await ended;
  clearTimeout(patience);
  // What it may have started itself, in the same session, goes with it.
  signalProcess(-child.pid, "SIGKILL");
}

async function waitUntilReady(spec: ChildSpec, log: LogFile, isHopeless: () => boolean): Promise<void> {
  const deadline = Date.now() + spec.readyWithinMs;
  let reason = "it did not answer";
  for (let pause = 15; Date.now() < deadline && !isHopeless(); pause = Math.min(pause * 1.5, 250)) {
    try {
      await spec.probe();
      return;
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
    await after(pause);
  }
  if (log.isClosed()) throw new Error(`${spec.name} was stopped while it started.`);
  const tail = log.tail(8);
  throw new Error(`${spec.name} did not start (${reason}). Its log is ${log.path}${tail === "" ? "" : `:\n${tail}`}`);
}

/** Ends processes which an earlier supervisor, killed itself, left behind. */
export async function endLeftovers(leftovers: (ProcessRecord & { stopSignal: NodeJS.Signals })[]): Promise<void> {
  const alive = leftovers.filter(isStillRunning);
  for (const { pid, stopSignal } of alive) {
    signalProcess(pid, stopSignal);
    // One that was suspended would otherwise never read the signal.
    signalProcess(pid, "SIGCONT");
  }
  const deadline = Date.now() + 8000;
  while (alive.some(isStillRunning) && Date.now() < deadline) await after(25);
  for (const left of alive.filter(isStillRunning)) signalProcess(left.pid, "SIGKILL");
  while (alive.some(isStillRunning) && Date.now() < deadline + 2000) await after(25);
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
