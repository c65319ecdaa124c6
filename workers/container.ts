import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import type { Logger } from "pino";
import { startQueueWorkers } from "../adapters/bullmq/queue-workers.ts";
import { createStepQueue } from "../adapters/bullmq/step-queue.ts";
import { createCron } from "../adapters/cron/cron.ts";
import { createHttpClient } from "../adapters/http/client.ts";
import { createLinkSigner } from "../adapters/links/link-signer.ts";
import { createMailer } from "../adapters/mail/mailer.ts";
import { createOpenAIModel } from "../adapters/model/openai.ts";
import { pricesWith } from "../adapters/model/prices.ts";
import { createBreakers } from "../adapters/redis/breakers.ts";
import { connectRedis, connectSubscriber, refuseEviction, type RedisClient } from "../adapters/redis/connection.ts";
import { channels, workerKey } from "../adapters/redis/keys.ts";
import { createPubSub } from "../adapters/redis/pub-sub.ts";
import { createPurse } from "../adapters/redis/purse.ts";
import { createRunEnds } from "../adapters/redis/run-ends.ts";
import { createRunMailbox } from "../adapters/redis/run-mailbox.ts";
import { createSlots } from "../adapters/redis/slots.ts";
import { createWorkerReports } from "../adapters/redis/worker-reports.ts";
import { createStepControl } from "../adapters/redis/step-control.ts";
import { createWorkerRegistry } from "../adapters/redis/worker-registry.ts";
import { createSandbox } from "../adapters/sandbox/sandbox.ts";
import { createSlack } from "../adapters/slack/slack.ts";
import { createAgentRegistry } from "../adapters/supabase/agent-registry.ts";
import { createApprovalNotices } from "../adapters/supabase/approval-notices.ts";
import { createBroadcaster } from "../adapters/supabase/broadcaster.ts";
import { createChildRuns } from "../adapters/supabase/child-runs.ts";
import { createStoreClock, type StoreClock } from "../adapters/supabase/clock.ts";
import { CredentialTable } from "../adapters/supabase/credentials.ts";
import { EventTable } from "../adapters/supabase/events.ts";
import { createRunJournal } from "../adapters/supabase/journal.ts";
import { ModelProviderTable } from "../adapters/supabase/model-providers.ts";
import { LimitTable } from "../adapters/supabase/limits.ts";
import { createLedger } from "../adapters/supabase/spending.ts";
import { createRetentionStore } from "../adapters/supabase/retention.ts";
import { createRunSweep } from "../adapters/supabase/sweep.ts";
import { noTracer } from "../adapters/memory/tracer.ts";
import { loadTelemetry } from "../adapters/telemetry/load.ts";
import { createVault } from "../adapters/vault/vault.ts";
import { allowedPrivate, deploymentModel, type Environment } from "../contracts/env.ts";
import { DeliveryTable } from "../adapters/supabase/deliveries.ts";
import { createPool, type Pool } from "../adapters/supabase/pool.ts";
import { RunTable } from "../adapters/supabase/runs.ts";
import { createScheduleStore } from "../adapters/supabase/schedules.ts";
import { WorkflowTable } from "../adapters/supabase/workflows.ts";
import { BatonError } from "../engine/errors.ts";
import type { EventBus } from "../engine/ports/event-bus.ts";
import type { HttpClient } from "../engine/ports/http.ts";
import type { OrganizationModels } from "../engine/ports/model.ts";
import { catalogue } from "../nodes/catalog/definitions.ts";
import { startNotifier } from "./approval-notices.ts";
import { createContractCheck } from "../server/runs/check-contract.ts";
import { createCredentialSource } from "./credentials.ts";
import { dispatchEvents } from "./dispatch-events.ts";
import { Drainer } from "./drain-run.ts";
import { createHeartbeat, probeRunId } from "./heartbeat.ts";
import { createProbe } from "./probe.ts";
import { createStepExecutor } from "./execute-step.ts";
import { isOutage } from "./outage.ts";
import { createModels, type ModelParts } from "./models.ts";
import { createPublisher } from "../server/events/publish-event.ts";
import { createAdmission } from "../server/runs/admission.ts";
import { createAtOnce } from "../server/runs/run-at-once.ts";
import { createEvaluate } from "../server/triggers/evaluate.ts";
import { fireDelivery } from "../server/triggers/fire-delivery.ts";
import { createPlanCache } from "../server/workflows/plan-cache.ts";
import type { WorkerPorts } from "./ports.ts";
import { startOwed } from "./owed-deliveries.ts";
import { createWorkerMetrics, type WorkerMetrics } from "./metrics.ts";
import { createPlans } from "./plans.ts";
import { startScheduler, type Scheduler } from "./schedules.ts";
import { queueHandlers } from "./queue-handlers.ts";
import { startRetention, type Retention } from "./retention.ts";
import { createStepSlots } from "./step-slots.ts";
import { startSweeper } from "./sweep.ts";
import { watchNeighbours } from "./take-over.ts";

export interface WorkerProcess {
  name: string;
  /** Stops taking work, gives steps under way a while, hands the rest back, and closes everything. */
  stop(): Promise<void>;
}

/** Connections to Postgres: two carry appends, the others read. */
const poolSize = 6;
/** How long steps under way may go on after the worker was told to stop; the supervisor waits for ten seconds. */
const graceMs = 8_000;
const heartbeatKeepMs = 10_000;
/** A probe goes before all else: it asks whether the queue brings anything, not how long it is. */
const mostUrgent = 1_000;
const clockEveryMs = 30_000;

/** Builds a worker from the environment and starts it once database and Redis answer. */
export async function startWorker(env: Environment, log: Logger): Promise<WorkerProcess> {
  // Its threads start while the connections are made; whoever needs one before it is there waits.
  const starting = createSandbox({ log });
  // Heard where it is awaited below; until then a failure must not end the process as one that nobody hears.
  starting.catch(() => undefined);
  const worker = `${hostname().replaceAll(/[^A-Za-z0-9]/g, "-")}-${process.pid}-${randomBytes(3).toString("hex")}`;
  const outside = requireOutside(env);
  const { redis, subscriber, pool, clock } = await connect(outside, worker, log);
  const telemetry = await loadTelemetry(env.OTEL_EXPORTER_OTLP_ENDPOINT, "baton-worker");
  const pubSub = createPubSub(redis, subscriber, log);
  const journal = createRunJournal(pool);
  const queue = createStepQueue({ redisUrl: outside.redisUrl, log });
  const sandbox = await starting;
  const vault = createVault(outside.secret);
  const http = createHttpClient({ allowPrivate: allowedPrivate(env), log });
  const broadcaster = createBroadcaster({ supabaseUrl: outside.supabaseUrl, secretKey: outside.secretKey, log });
  const events = new EventTable(pool);
  const metrics = createWorkerMetrics();
  const limits = new LimitTable(pool);
  const ports = {
    worker,
    journal,
    mailbox: metrics.watch(createRunMailbox(redis, worker)),
    queue,
    control: createStepControl(pubSub),
    broadcaster,
    ends: createRunEnds(pubSub),
    children: createChildRuns(pool),
    contracts: createContractCheck(),
    bus: createBus(events, () => pubSub.publish(channels.owed, {})),
    sandbox,
    plans: createPlans(journal, catalogue),
    clock,
    tracer: telemetry ?? noTracer,
    log,
    model: createOrganizationModels(env, { providers: new ModelProviderTable(pool), vault, fetch: http.fetch, log }),
    http,
    credentials: createCredentialSource(new CredentialTable(pool), vault),
    agents: createAgentRegistry(pool),
    breakers: createBreakers(redis, log),
    stepSlots: createStepSlots({ slots: createSlots(redis, log), limits: (orgId) => limits.get(orgId), log }),
    purse: createPurse(redis, createLedger(pool), () => clock.now()),
  };
  const drainer = new Drainer(ports);
  const executor = createStepExecutor(ports, drainer);
  const heartbeat = createHeartbeat({
    ask: () => queue.wake(probeRunId, mostUrgent, probeRunId),
    turn: createProbe(createAtOnce(clock.now, log), () => clock.now()),
    show: () => showWorker(redis, worker, metrics, { runs: drainer.size, steps: executor.size() }),
    inHand: () => queues.busy(),
    giveUp: () => process.exit(1),
    log,
  });
  const queues = startQueueWorkers({
    redisUrl: outside.redisUrl,
    concurrency: env.WORKER_CONCURRENCY,
    ...queueHandlers({ drainer, executor, heartbeat, metrics }),
    log,
  });
  const registryOf = (place: string) => createWorkerRegistry(redis, worker, place);
  const neighbours = await watchNeighbours(
    { ...ports, drainer, tookOver: metrics.tookOver },
    registryOf,
    queues.owners,
  );
  const sweeper = startSweeper({ sweep: createRunSweep(pool), drainer, log });
  const retention = createRetention(env, pool, log);
  const scheduler = createScheduler(ports, drainer, events, pool, env.BATON_MAX_QUEUED_RUNS);
  const forgetOwed = pubSub.subscribe(channels.owed, () => scheduler.nudge());
  const notifier = createNotifier(env, pool, outside.secret, http, log);

  await heartbeat.start();
  const adjusting = setInterval(() => void clock.adjust(), clockEveryMs);
  log.info({ worker, concurrency: env.WORKER_CONCURRENCY }, "the worker is ready");

  return {
    name: worker,
    async stop() {
      heartbeat.close();
      clearInterval(adjusting);
      forgetOwed();
      await Promise.all([sweeper.close(), retention.close(), notifier.close(), scheduler.close(), queues.pause()]);
      await untilIdle(() => executor.size(), graceMs);
      executor.stop();
      await drainer.close();
      await queues.close();
      executor.close();
      await Promise.allSettled([
        redis.del(workerKey(worker)),
        neighbours?.close(),
        broadcaster.close(),
        queue.close(),
        sandbox.close(),
        http.close(),
        telemetry?.close(),
      ]);
      await pubSub.close();
      await pool.end();
      redis.disconnect();
    },
  };
}

/** Waits until both answer. */
async function connect(
  outside: Pick<Outside, "redisUrl" | "databaseUrl">,
  worker: string,
  log: Logger,
): Promise<{ redis: RedisClient; subscriber: RedisClient; pool: Pool; clock: StoreClock }> {
  const redis = connectRedis({ url: outside.redisUrl, name: worker, log });
  const subscriber = connectSubscriber({ url: outside.redisUrl, name: worker, log });
  await waitFor("Redis", log, () => refuseEviction(redis));
  const pool = createPool(outside.databaseUrl, poolSize);
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on("error", (error) => log.warn({ error: error.message }, "a connection to Postgres broke"));
  await waitFor("Postgres", log, () => pool.query("select 1"));
  const clock = createStoreClock(pool);
  await clock.adjust();
  return { redis, subscriber, pool, clock };
}

/** Schedules fire, and what triggers are owed is started, by the use cases that the server has for it. */
function createScheduler(
  ports: Pick<WorkerPorts, "queue" | "sandbox" | "broadcaster" | "clock" | "log">,
  drainer: Drainer,
  events: EventTable,
  pool: Pool,
  mostQueued: number,
): Scheduler {
  const { queue, sandbox, broadcaster, clock, log } = ports;
  const workflows = new WorkflowTable(pool);
  const limits = new LimitTable(pool);
  const admission = createAdmission({ limits, mostQueued, now: () => clock.now() });
  const deliveries = new DeliveryTable(pool);
  const parts = {
    runs: new RunTable(pool),
    admission,
    atOnce: createAtOnce(clock.now, log),
    broadcaster,
    plans: createPlanCache(workflows, catalogue, () => clock.now()),
    queue,
    deliveries,
    evaluate: createEvaluate(async () => sandbox),
    now: () => clock.now(),
    log,
  };
  return startScheduler({
    schedules: createScheduleStore(pool),
    cron: createCron(),
    chores: [
      () => dispatchEvents({ events, deliver: (...given) => drainer.deliver(...given), log }),
      () => startOwed(deliveries, (one) => fireDelivery(parts, one.trigger, one), log),
    ],
    log,
  });
}

/** What the worker measured, and that it lives: both are gone soon after it. */
async function showWorker(
  redis: RedisClient,
  worker: string,
  metrics: WorkerMetrics,
  held: { runs: number; steps: number },
): Promise<void> {
  metrics.hold(held.runs, held.steps);
  await createWorkerReports(redis).write(worker, await metrics.report(), heartbeatKeepMs);
  await redis.set(workerKey(worker), JSON.stringify({ pid: process.pid, ...held }), "PX", heartbeatKeepMs);
}

function createRetention(env: Environment, pool: Pool, log: Logger): Retention {
  const { BATON_KEEP_RUNS_DAYS: runDays, BATON_KEEP_EVENTS_DAYS: eventDays } = env;
  return startRetention({ store: createRetentionStore(pool), runDays, eventDays, log });
}

/** What a run tells the organisation, by the use case that the API has for it. */
function createBus(events: EventTable, wake: () => void): EventBus {
  const publisher = createPublisher(events, wake);
  return {
    async publish({ orgId, id, name, key, payload, origin }) {
      const toldBy = { kind: "system", id: origin, label: origin === null ? "Baton" : "a run" };
      await publisher.publish({
        orgId,
        ref: `run ${id}`,
        name,
        key,
        payload,
        originRunId: origin,
        toldBy,
        keepSeconds: 0,
      });
    },
  };
}

interface Outside {
  databaseUrl: string;
  redisUrl: string;
  supabaseUrl: string;
  secretKey: string;
  secret: string;
}

/** @throws BatonError naming the variables that are missing */
function requireOutside(env: Environment): Outside {
  const { DATABASE_URL, REDIS_URL, SUPABASE_URL, SUPABASE_SECRET_KEY, BATON_SECRET } = env;
  const needed = { DATABASE_URL, REDIS_URL, SUPABASE_URL, SUPABASE_SECRET_KEY, BATON_SECRET };
  const missing = Object.entries(needed).flatMap(([name, value]) => (value === undefined ? [name] : []));
  if (!DATABASE_URL || !REDIS_URL || !SUPABASE_URL || !SUPABASE_SECRET_KEY || !BATON_SECRET) {
    throw new BatonError(
      "SERVICE_UNAVAILABLE",
      `A worker needs to know the stack it works for: set ${missing.join(", ")}. ` +
        "`npm start` runs a worker of its own; `npm run worker` is for one more beside a stack that runs elsewhere.",
    );
  }
  return {
    databaseUrl: DATABASE_URL,
    redisUrl: REDIS_URL,
    supabaseUrl: SUPABASE_URL,
    secretKey: SUPABASE_SECRET_KEY,
    secret: BATON_SECRET,
  };
}

/** Sends what approvals want to be told by mail. Without a mail server nothing is sent, and the requests wait in the inbox all the same. */
function createNotifier(
  env: Environment,
  pool: Pool,
  secret: string,
  http: HttpClient,
  log: Logger,
): { close(): Promise<void> } {
  if (env.SMTP_URL === undefined) {
    log.warn({}, "SMTP_URL is not set: approvals are not announced by mail");
    return { close: async () => undefined };
  }
  const mailer = createMailer({ smtpUrl: env.SMTP_URL, from: env.MAIL_FROM, log });
  const notifier = startNotifier({
    notices: createApprovalNotices(pool),
    mails: mailer,
    slack:
      env.SLACK_BOT_TOKEN === undefined
        ? null
        : createSlack({ token: env.SLACK_BOT_TOKEN, apiUrl: env.SLACK_API_URL, http }),
    links: createLinkSigner([secret], Date.now),
    publicUrl: (env.PUBLIC_URL ?? `http://localhost:${env.PORT}`).replace(/\/+$/, ""),
    now: Date.now,
    log,
  });
  return {
    async close() {
      await notifier.close();
      mailer.close();
    },
  };
}

/** The organisations' own providers by the guarded client; the deployment's own by whatever address its operator set. */
function createOrganizationModels(
  env: Environment,
  parts: Pick<ModelParts, "providers" | "vault" | "log"> & { fetch: typeof globalThis.fetch; log: Logger },
): OrganizationModels {
  const own = deploymentModel(env);
  const demo = own.source === "demo";
  const { provider, model: defaultModel, apiKey, baseUrl: baseURL } = own;
  const fallback = createOpenAIModel({ apiKey, baseURL, defaultModel, provider, demo, log: parts.log });
  return createModels({
    ...parts,
    fallback: { model: fallback, demo },
    make: (row, apiKey) =>
      createOpenAIModel({
        apiKey,
        baseURL: row.baseUrl,
        defaultModel: row.defaultModel,
        provider: row.name,
        fetch: parts.fetch,
        prices: pricesWith(row.models),
        log: parts.log,
      }),
  });
}

/** Waits until a part answers: it may be starting, or restarting, beside this process. */
async function waitFor(name: string, log: Logger, ask: () => Promise<unknown>): Promise<void> {
  for (let round = 0; ; round++) {
    try {
      await ask();
      return;
    } catch (error) {
      if (!isOutage(error)) throw error;
      if (round === 0) log.warn({ error: String(error) }, `waiting for ${name}`);
      await pause(Math.min(200 * 2 ** round, 2_000));
    }
  }
}

async function untilIdle(size: () => number, atMostMs: number): Promise<void> {
  const end = performance.now() + atMostMs;
  while (size() > 0 && performance.now() < end) await pause(50);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
