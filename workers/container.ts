import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import type { Logger } from "pino";
import { startQueueWorkers } from "../adapters/bullmq/queue-workers.ts";
import { createStepQueue } from "../adapters/bullmq/step-queue.ts";
import { createCron } from "../adapters/cron/cron.ts";
import { createHttpClient } from "../adapters/http/client.ts";
import { createBreakers } from "../adapters/redis/breakers.ts";
import { channels, workerKey } from "../adapters/redis/keys.ts";
import { createPubSub, type PubSub } from "../adapters/redis/pub-sub.ts";
import { createPurse } from "../adapters/redis/purse.ts";
import { createRunEnds } from "../adapters/redis/run-ends.ts";
import { createRunMailbox } from "../adapters/redis/run-mailbox.ts";
import { createSlots } from "../adapters/redis/slots.ts";
import { createWorkerReports } from "../adapters/redis/worker-reports.ts";
import { createStepControl } from "../adapters/redis/step-control.ts";
import { createWorkerRegistry } from "../adapters/redis/worker-registry.ts";
import { createSandbox } from "../adapters/sandbox/sandbox.ts";
import { createAgentRegistry } from "../adapters/supabase/agent-registry.ts";
import { createBroadcaster } from "../adapters/supabase/broadcaster.ts";
import { createChildRuns } from "../adapters/supabase/child-runs.ts";
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
import { allowedPrivate, type Environment } from "../contracts/env.ts";
import { DeliveryTable } from "../adapters/supabase/deliveries.ts";
import type { Pool } from "../adapters/supabase/pool.ts";
import { RunTable } from "../adapters/supabase/runs.ts";
import { createScheduleStore } from "../adapters/supabase/schedules.ts";
import { WorkflowTable } from "../adapters/supabase/workflows.ts";
import type { EventBus } from "../engine/ports/event-bus.ts";
import type { StepQueue } from "../engine/ports/step-queue.ts";
import { catalogue } from "../nodes/catalog/definitions.ts";
import { createContractCheck } from "../server/runs/check-contract.ts";
import { CarriedSteps } from "./carried-steps.ts";
import { createCredentialSource } from "./credentials.ts";
import { dispatchEvents } from "./dispatch-events.ts";
import { Drainer } from "./drain-run.ts";
import { createHeartbeat, probeRunId } from "./heartbeat.ts";
import { createProbe } from "./probe.ts";
import { createStepExecutor } from "./execute-step.ts";
import { createPublisher } from "../server/events/publish-event.ts";
import { createAdmission } from "../server/runs/admission.ts";
import { createAtOnce } from "../server/runs/run-at-once.ts";
import { createEvaluate } from "../server/triggers/evaluate.ts";
import { fireDelivery } from "../server/triggers/fire-delivery.ts";
import { createPlanCache } from "../server/workflows/plan-cache.ts";
import { connect, createNotifier, createOrganizationModels, requireOutside } from "./outside.ts";
import type { WorkerPorts } from "./ports.ts";
import { callbackUrl } from "../server/triggers/callback.ts";
import type { CallbackAddress } from "./callback-addresses.ts";
import { createCallbackSigner, type CallbackTarget } from "../server/triggers/callback-token.ts";
import type { RedisClient } from "../adapters/redis/connection.ts";
import { startOwed } from "./owed-deliveries.ts";
import { createWorkerMetrics, type WorkerMetrics } from "./metrics.ts";
import { createPlans } from "./plans.ts";
import { startScheduler, type Scheduler } from "./schedules.ts";
import { queueHandlers } from "./queue-handlers.ts";
import { startRetention, type Retention } from "./retention.ts";
import { createStepSlots, type SlotPorts } from "./step-slots.ts";
import { startSweeper } from "./sweep.ts";
import { watchNeighbours } from "./take-over.ts";

export interface WorkerProcess {
  name: string;
  /** Stops taking work, gives steps under way a while, hands the rest back, and closes everything. */
  stop(): Promise<void>;
}

/** How long steps under way may go on after the worker was told to stop; the supervisor waits for ten seconds. */
const graceMs = 8_000;
const heartbeatKeepMs = 10_000;
/** A probe goes before all else: it asks whether the queue brings anything, not how long it is. */
const mostUrgent = 1_000;
const clockEveryMs = 30_000;

/** Builds a worker from the environment and starts it once database and Redis answer. */
export async function startWorker(env: Environment, log: Logger): Promise<WorkerProcess> {
  // Its threads start while the connections are made. A failure is heard where it is awaited, and must not end the process before.
  const starting = createSandbox({ log });
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
    mailbox: metrics.watch(createRunMailbox(redis, { name: worker, pubSub })),
    queue,
    control: createStepControl(pubSub),
    broadcaster,
    ends: createRunEnds(pubSub),
    children: createChildRuns(pool),
    admission: createAdmission({ limits, mostQueued: env.BATON_MAX_QUEUED_RUNS, now: () => clock.now() }),
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
    stepSlots: createStepSlots({
      slots: createSlots(redis, log),
      limits: (orgId) => limits.get(orgId),
      ...calling(queue, pubSub),
      log,
    }),
    callbackAddress: callbackAddresses(outside),
    purse: createPurse(redis, createLedger(pool), () => clock.now()),
  };
  const carried = new CarriedSteps(env.WORKER_CONCURRENCY);
  const drainer = new Drainer(ports, carried, metrics.begunAgain);
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
    ...queueHandlers({ drainer, executor, carried, queue, heartbeat, metrics, log }),
    log,
  });
  const neighbours = await watchNeighbours(
    { ...ports, drainer, tookOver: metrics.tookOver },
    (place) => createWorkerRegistry(redis, worker, place),
    queues.owners,
  );
  const sweeper = startSweeper({ sweep: createRunSweep(pool), drainer, log });
  const retention = createRetention(env, pool, log);
  const scheduler = createScheduler(ports, drainer, events, pool);
  const forgetOwed = pubSub.subscribe(channels.owed, () => scheduler.nudge());
  const notifier = createNotifier(env, pool, outside, http, log);

  await heartbeat.start();
  const adjusting = setInterval(() => void clock.adjust(), clockEveryMs);
  log.info({ worker, concurrency: env.WORKER_CONCURRENCY }, "the worker is ready");

  return {
    name: worker,
    async stop() {
      carried.close();
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
        ...[neighbours, broadcaster, queue, sandbox, http, telemetry].map((part) => part?.close()),
      ]);
      await Promise.all([pubSub.close(), pool.end()]);
      redis.disconnect();
    },
  };
}

function callbackAddresses({ secret, publicUrl }: { secret: string; publicUrl: string }): CallbackAddress {
  const signer = createCallbackSigner(secret);
  const address = (target: CallbackTarget): string => callbackUrl(publicUrl, signer.sign(target));
  return Object.assign(address, { key: signer.markKey });
}

/** Schedules fire, and what triggers are owed is started, by the use cases that the server has for it. */
function createScheduler(
  ports: Pick<WorkerPorts, "admission" | "callbackAddress" | "queue" | "sandbox" | "broadcaster" | "clock" | "log">,
  drainer: Drainer,
  events: EventTable,
  pool: Pool,
): Scheduler {
  const { admission, callbackAddress, queue, sandbox, broadcaster, clock, log } = ports;
  const workflows = new WorkflowTable(pool);
  const deliveries = new DeliveryTable(pool);
  const parts = {
    runs: new RunTable(pool),
    admission,
    atOnce: createAtOnce(clock.now, log),
    broadcaster,
    plans: createPlanCache(workflows, catalogue, () => clock.now()),
    queue,
    deliveries,
    callbacks: { markKey: callbackAddress.key },
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

/** How those are called for whom there is room: a step by its queue, a call to a model in whichever worker it waits. */
function calling(queue: StepQueue, pubSub: PubSub): Pick<SlotPorts, "call" | "room"> {
  const call = (ticket: string): Promise<void> => queue.hasten(ticket);
  const tell = (ticket: string): void => pubSub.publish(channels.room, ticket);
  const hear = (listener: (ticket: string) => void): void => {
    pubSub.subscribe(channels.room, (ticket) => {
      if (typeof ticket === "string") listener(ticket);
    });
  };
  return { call, room: { tell, hear } };
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

async function untilIdle(size: () => number, atMostMs: number): Promise<void> {
  const end = performance.now() + atMostMs;
  while (size() > 0 && performance.now() < end) await pause(50);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
