import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { createStepQueue } from "../../adapters/bullmq/step-queue.ts";
import type { ClosableStepQueue } from "../../adapters/bullmq/step-queue.ts";
import { createRunMailbox } from "../../adapters/redis/run-mailbox.ts";
import type { RedisRunMailbox } from "../../adapters/redis/run-mailbox.ts";
import { eventColumns, parseEventRow } from "../../adapters/supabase/event-row.ts";
import type { EventRow } from "../../adapters/supabase/event-row.ts";
import { createPool } from "../../adapters/supabase/pool.ts";
import type { Pool } from "../../adapters/supabase/pool.ts";
import { startStack } from "../../cli/stack/stack.ts";
import type { Stack } from "../../cli/stack/stack.ts";
import type { Json } from "../../engine/json.ts";
import type { RunEvent } from "../../engine/run/event.ts";
import type { RunStatus } from "../../engine/run/status.ts";
import type { RunFacts } from "../../engine/run/verify.ts";
import { compile } from "../../engine/workflow/compile.ts";
import type { WorkflowFileInput } from "../../engine/workflow/file.ts";
import type { Plan } from "../../engine/workflow/plan.ts";
import { catalogue } from "../../nodes/catalog/definitions.ts";
import { checkJournal } from "./journal-check.ts";
import { startRecorder } from "./recorder.ts";
import type { Recorder } from "./recorder.ts";

export interface WorkerHandle {
  process: ChildProcess;
  /** What it wrote, for the message of a failing test. */
  output(): string;
  /** Resolves with the signal or code it ended with. */
  ended: Promise<string>;
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/** A real Postgres, Redis and Realtime, worker processes to be killed, and an outside world that counts. */
export interface World {
  stack: Stack;
  pool: Pool;
  redis: Redis;
  queue: ClosableStepQueue;
  mailbox: RedisRunMailbox;
  recorder: Recorder;
  /** Starts `node workers/main.ts` and waits until it is ready. `hold` is a BATON_HOLD. */
  startWorker(options?: { hold?: string; env?: Record<string, string> }): Promise<WorkerHandle>;
  /** Stores a workflow. Gives its id. */
  addWorkflow(file: WorkflowFileInput): Promise<string>;
  /** Stores a run with its first event, as the use case does. Wakes it unless told not to. */
  startRun(workflowId: string, input: Json, options?: { wake?: boolean }): Promise<string>;
  status(runId: string): Promise<RunStatus>;
  events(runId: string): Promise<RunEvent[]>;
  /** Waits until the run ended; checks its journal. Gives its events. */
  finished(runId: string, withinMs?: number): Promise<RunEvent[]>;
  /** Waits until `check` gives something true. */
  until<T>(
    check: () => Promise<T | null | undefined | false> | T | null | undefined | false,
    withinMs?: number,
  ): Promise<T>;
  stop(): Promise<void>;
}

const by = { kind: "system" as const, id: null, label: "test" };

/** Starts all of it in a temporary folder. */
export async function startWorld(): Promise<World> {
  const home = mkdtempSync(join(tmpdir(), "baton-faults-"));
  const stack = await startStack({ home, port: 0, parts: ["postgres", "redis", "supabase", "model"], quiet: true });
  const pool = createPool(stack.env["DATABASE_URL"] ?? "", 4);
  // Tests end connections on purpose.
  pool.on("error", () => undefined);
  const redis = new Redis(stack.env["REDIS_URL"] ?? "", { maxRetriesPerRequest: null });
  redis.on("error", () => undefined);
  const queue = createStepQueue({ redisUrl: stack.env["REDIS_URL"] ?? "", log: { warn: () => undefined } });
  const mailbox = createRunMailbox(redis);
  const recorder = await startRecorder();
  const workers = new Set<WorkerHandle>();
  const orgId = randomUUID();
  const plans = new Map<string, Plan>();
  await pool.query("insert into organizations (id, name, slug) values ($1, 'Faults', 'faults')", [orgId]);

  const status = async (runId: string): Promise<RunStatus> => {
    const { rows } = await pool.query<{ status: RunStatus }>("select status from runs where id = $1", [runId]);
    return rows[0]?.status ?? "queued";
  };
  const events = async (runId: string): Promise<RunEvent[]> => {
    const { rows } = await pool.query<EventRow>(
      `select ${eventColumns} from run_events where run_id = $1 order by seq`,
      [runId],
    );
    return rows.map(parseEventRow);
  };

  const world: World = {
    stack,
    pool,
    redis,
    queue,
    mailbox,
    recorder,
    status,
    events,
    until,
    async startWorker({ hold, env = {} } = {}) {
      const handle = await spawnWorker({
        ...stack.env,
        NODE_ENV: "test",
        BATON_ALLOW_PRIVATE: recorder.host,
        LOG_LEVEL: "debug",
        ...(hold === undefined ? {} : { BATON_HOLD: hold }),
        ...env,
      });
      workers.add(handle);
      void handle.ended.then(() => workers.delete(handle));
      return handle;
    },
    async addWorkflow(file) {
      const id = randomUUID();
      const compiled = compile(file, catalogue);
      if (!compiled.ok) throw new Error(compiled.problems.map(({ message }) => message).join("\n"));
      plans.set(id, compiled.plan);
      await pool.query(
        "insert into workflows (id, org_id, name, draft, latest_version, published_version) values ($1, $2, $3, $4, 1, 1)",
        [id, orgId, file.name, JSON.stringify(file)],
      );
      await pool.query(
        "insert into workflow_versions (org_id, workflow_id, version, definition) values ($1, $2, 1, $3)",
        [orgId, id, JSON.stringify(file)],
      );
      return id;
    },
    async startRun(workflowId, input, { wake = true } = {}) {
      const runId = randomUUID();
      const data = { input, workflowId, version: 1, by, trigger: "api" };
      await pool.query(
        `with run as (insert into runs (id, org_id, workflow_id, version, workflow_name, input, last_seq)
           values ($1, $2, $3, 1, 'test', $4, 1))
         insert into run_events (run_id, seq, org_id, at, type, data) values ($1, 1, $2, now(), 'run-queued', $5)`,
        [runId, orgId, workflowId, JSON.stringify(input), JSON.stringify(data)],
      );
      if (wake) await queue.wake(runId, 0);
      return runId;
    },
    async finished(runId, withinMs = 40_000) {
      await until(async () => ["completed", "failed", "cancelled"].includes(await status(runId)), withinMs);
      const journal = await events(runId);
      const facts = await factsOf(pool, runId);
      checkJournal(journal, plans.get(facts.workflowId) ?? null, facts);
      return journal;
    },
    async stop() {
      await Promise.all([...workers].map((worker) => worker.kill()));
      await Promise.all([queue.close(), recorder.close(), pool.end()]);
      redis.disconnect();
      await stack.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
  return world;
}

/** What the run's row says, to be compared with its journal. */
async function factsOf(pool: Pool, runId: string): Promise<RunFacts> {
  const { rows } = await pool.query<RunFacts>(
    `select workflow_id as "workflowId", version, status, last_seq::int as "lastSeq", cost_usd::float8 as "costUsd"
     from runs where id = $1`,
    [runId],
  );
  const facts = rows[0];
  if (facts === undefined) throw new Error(`There is no run ${runId}.`);
  return facts;
}

async function until<T>(
  check: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  withinMs = 20_000,
): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (performance.now() > end) throw new Error(`Nothing of the kind happened within ${withinMs} ms: ${check}`);
    await sleep(20);
  }
}

async function spawnWorker(env: Record<string, string>): Promise<WorkerHandle> {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", "workers/main.ts"], {
    cwd: fileURLToPath(new URL("../../", import.meta.url)),
    env: env as NodeJS.ProcessEnv,
    // The channel ends with this process, and the worker with the channel: a test that is cut short leaves nothing behind.
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let output = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (output += text));
  const ended = new Promise<string>((resolve) => {
    child.once("exit", (code, signal) => resolve(signal ?? String(code)));
  });
  const handle: WorkerHandle = {
    process: child,
    output: () => output,
    ended,
    async kill(signal = "SIGKILL") {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await ended;
    },
  };
  // A start costs a second or two of work: on a busy machine many times that.
  const ready = until(() => output.includes("the worker is ready"), 60_000);
  const early = ended.then((how) => {
    throw new Error(`The worker ended with ${how} before it was ready:\n${output.slice(-4_000)}`);
  });
  await Promise.race([ready, early]);
  early.catch(() => undefined);
  return handle;
}
