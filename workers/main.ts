import { flushCompileCache } from "node:module";
import { createLog } from "../adapters/pino/create-log.ts";
import { EnvironmentError, parseEnvironment } from "../contracts/env.ts";
import { BatonError } from "../engine/errors.ts";
import { collectAtRest } from "../adapters/v8/collect-at-rest.ts";
import { startWorker } from "./container.ts";
import type { WorkerProcess } from "./container.ts";
import { isOutage } from "./outage.ts";

/**
 * A second signal, or this long after the first, ends the process at once: with Redis away connections do not close, and the
 * supervisor would kill after ten seconds. What was not handed back is taken over as from a dead worker.
 */
const patienceMs = 9_500;

const log = createLog("worker", process.env["LOG_LEVEL"] || "info");
let worker: WorkerProcess | null = null;
let stopping = false;

process.on("SIGTERM", stop);
process.on("SIGINT", stop);
// Started with an IPC channel, the process must not outlive who started it.
process.on("disconnect", stop);
process.on("unhandledRejection", (error) => {
  if (isOutage(error)) {
    log.warn({ error: String(error) }, "something failed because Redis or Postgres is away");
    return;
  }
  log.fatal({ err: error }, "an error nobody took care of; the process ends and what it had under way is taken over");
  process.exit(1);
});

try {
  worker = await startWorker(parseEnvironment(process.env), log);
  // It is written at a process' end, which one that is killed does not see: the next start is to be quick after that too.
  flushCompileCache();
  collectAtRest(log);
  if (stopping) await finish(worker);
} catch (error) {
  // What the operator has to mend is said without a stack trace.
  if (error instanceof EnvironmentError || error instanceof BatonError) log.fatal(error.message);
  else log.fatal({ err: error }, error instanceof Error ? error.message : "the worker could not start");
  process.exitCode = 1;
  process.exit();
}

function stop(): void {
  if (stopping) {
    process.exit(1);
  }
  stopping = true;
  log.info({}, "stopping");
  setTimeout(() => {
    log.error({}, "could not stop in time");
    process.exit(1);
  }, patienceMs).unref();
  if (worker !== null) void finish(worker);
}

async function finish(started: WorkerProcess): Promise<void> {
  await started.stop();
  log.info({}, "stopped");
  process.exit(0);
}
