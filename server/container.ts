import { randomUUID } from "node:crypto";
import path from "node:path";
import type { Logger } from "pino";
import { createWorkerReports } from "../adapters/redis/worker-reports.ts";
import { countOpenRuns } from "../adapters/supabase/open-runs.ts";
import type { Operations } from "./metrics/render-metrics.ts";
import { createStepQueue, type ClosableStepQueue } from "../adapters/bullmq/step-queue.ts";
import { createCron } from "../adapters/cron/cron.ts";
import { createHttpClient } from "../adapters/http/client.ts";
import { createMailer } from "../adapters/mail/mailer.ts";
import { createSlack } from "../adapters/slack/slack.ts";
import { createBreakers } from "../adapters/redis/breakers.ts";
import { connectRedis, connectSubscriber, type RedisClient } from "../adapters/redis/connection.ts";
import { channels, workerKeyPattern } from "../adapters/redis/keys.ts";
import { createPubSub } from "../adapters/redis/pub-sub.ts";
import { createBuckets } from "../adapters/redis/rate-limit.ts";
import { createRunEnds } from "../adapters/redis/run-ends.ts";
import { createRunMailbox } from "../adapters/redis/run-mailbox.ts";
import { createSandbox } from "../adapters/sandbox/sandbox.ts";
import { createAccessTokens } from "../adapters/supabase/access-tokens.ts";
import { ApiKeyTable } from "../adapters/supabase/api-keys.ts";
import { AgentTable } from "../adapters/supabase/agents.ts";
import { createApprovalStore } from "../adapters/supabase/approvals.ts";
import { CallbackTable } from "../adapters/supabase/callbacks.ts";
import { CredentialTable } from "../adapters/supabase/credentials.ts";
import { createStoreClock, type StoreClock } from "../adapters/supabase/clock.ts";
import { createBroadcaster } from "../adapters/supabase/broadcaster.ts";
import { DeliveryTable } from "../adapters/supabase/deliveries.ts";
import { EventTable } from "../adapters/supabase/events.ts";
import { createIdempotencyStore } from "../adapters/supabase/idempotency.ts";
import { InvitationTable } from "../adapters/supabase/invitations.ts";
import { createMembers } from "../adapters/supabase/members.ts";
import { createOrganizationStore } from "../adapters/supabase/organizations.ts";
import { LimitTable } from "../adapters/supabase/limits.ts";
import { ModelProviderTable } from "../adapters/supabase/model-providers.ts";
import { createPool, onBehalfOf, type Pool } from "../adapters/supabase/pool.ts";
import { RunTable } from "../adapters/supabase/runs.ts";
import { TemplateTable } from "../adapters/supabase/templates.ts";
import { TriggerTable } from "../adapters/supabase/triggers.ts";
import { readWorkflowNumbers } from "../adapters/supabase/workflow-numbers.ts";
import { WorkflowTable } from "../adapters/supabase/workflows.ts";
import { loadTelemetry } from "../adapters/telemetry/load.ts";
import type { Telemetry } from "../adapters/telemetry/tracer.ts";
import { createVault } from "../adapters/vault/vault.ts";
import { allowedPrivate, deploymentModel, EnvironmentError, type Environment } from "../contracts/env.ts";
import type { Sandbox } from "../engine/ports/sandbox.ts";
import type { RequestTracer } from "../engine/ports/tracer.ts";
import type { HttpClient } from "../engine/ports/http.ts";
import { catalogue } from "../nodes/catalog/definitions.ts";
import { createLinkSigner } from "../adapters/links/link-signer.ts";
import { createAuthenticator } from "./auth/authenticate.ts";
import { createPublisher } from "./events/publish-event.ts";
import { createHealthCheck, type Probes } from "./health/check-health.ts";
import { callerBucket, createLocalLimiter, describeBucket, withFallback, type RateLimiter } from "./http/rate-limit.ts";
import type { TryModel } from "./models/ports.ts";
import { createAdmission } from "./runs/admission.ts";
import { createAtOnce } from "./runs/run-at-once.ts";
import type { SlackGate } from "./slack/decide-in-slack.ts";
import { createRunWatch } from "./runs/run-watch.ts";
import type { Services } from "./services.ts";
import { createGallery } from "./templates/gallery.ts";
import { createCallbackSigner } from "./triggers/callback-token.ts";
import { createEvaluate } from "./triggers/evaluate.ts";
import { createPlanCache } from "./workflows/plan-cache.ts";

export { createLog } from "../adapters/pino/create-log.ts";

export interface Container {
  services: Services;
  /** For the first start, which makes what no use case makes. */
  organizations: ReturnType<typeof createOrganizationStore>;
  close(): Promise<void>;
}

/**
 * Connections to Postgres of one web process. Requests beyond that wait their turn, for five seconds at most; those of one organisation
 * take fifteen of them and leave the others.
 */
const poolSize = 20;
/** How long a provider that is tried out may be silent. */
const trialMs = 15_000;
const purgeEveryMs = 3_600_000;
const clockEveryMs = 60_000;

/** Where traces of this process go; null where the operator named no place. */
export function loadTracing(env: Environment): Promise<Telemetry | null> {
  return loadTelemetry(env.OTEL_EXPORTER_OTLP_ENDPOINT, "baton-web");
}

/** Builds the services from the environment. Connects to nothing yet that must answer: a part that is away is found again. */
export function createContainer(env: Environment, log: Logger, root = process.cwd(), given?: Telemetry): Container {
  const telemetry = given ?? null;
  const outside = requireOutside(env);
  const now = Date.now;
  const pool = createPool(outside.databaseUrl, poolSize);
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on("error", (error) => log.warn({ error: error.message }, "a connection to Postgres broke"));
  const connection = { url: outside.redisUrl, name: `web-${process.pid}`, log };
  const redis = connectRedis(connection);
  const pubSub = createPubSub(redis, connectSubscriber(connection), log);
  const queue = createStepQueue({ redisUrl: outside.redisUrl, log });

  const http = createHttpClient({ allowPrivate: allowedPrivate(env), log });
  const { source, provider, model } = deploymentModel(env);
  // Without a mail server nothing can be sent; what tries to says so.
  const mails = createMailer({ smtpUrl: env.SMTP_URL ?? "smtp://127.0.0.1:9", from: env.MAIL_FROM, log });
  const keys = new ApiKeyTable(pool);
  const members = createMembers(pool);
  const workflows = new WorkflowTable(pool);
  const runs = new RunTable(pool);
  const watch = createRunWatch(runs, log);
  const idempotency = createIdempotencyStore(pool);
  const tokens = createAccessTokens({
    url: outside.supabaseUrl,
    publishableKey: outside.publishableKey,
    jwtSecret: env.SUPABASE_JWT_SECRET,
  });

  const { clock, stopAdjusting } = keptClock(pool);
  const broadcaster = createBroadcaster({ supabaseUrl: outside.supabaseUrl, secretKey: outside.secretKey, log });
  const sandbox = lazySandbox(log);
  const events = new EventTable(pool);

  const bounds = createBounds(env, pool, redis, log);

  const services: Services = {
    catalogue,
    workflows,
    workflowNumbers: (workflow, days, timeZone) => readWorkflowNumbers(pool, workflow, days, timeZone),
    plans: createPlanCache(workflows, catalogue, now),
    runs,
    watch,
    atOnce: createAtOnce(clock.now, log),
    broadcaster,
    ends: createRunEnds(pubSub),
    mailbox: createRunMailbox(redis),
    queue: wokenBy(queue, telemetry),
    tracer: telemetry,
    approvals: createApprovalStore(pool),
    links: createLinkSigner([outside.secret], now),
    agents: new AgentTable(pool),
    ...bounds,
    keys,
    credentials: new CredentialTable(pool),
    modelProviders: new ModelProviderTable(pool),
    invitations: new InvitationTable(pool),
    slack: slackGate(env, http, members),
    leaving: members,
    mails,
    tryModel: modelTrial(http.fetch, log),
    fallbackModel: { source, provider, model },
    vault: createVault(outside.secret),
    callbacks: createCallbackSigner(outside.secret),
    callbackCalls: new CallbackTable(pool),
    triggering: {
      triggers: new TriggerTable(pool),
      deliveries: new DeliveryTable(pool),
      events,
      publisher: createPublisher(events, () => pubSub.publish(channels.owed, {})),
      cron: createCron(),
      evaluate: createEvaluate(sandbox.get),
    },
    members,
    auth: createAuthenticator({ members, keys, tokens, now, log }),
    idempotency,
    limiter: withFallback(redisLimiter(redis), createLocalLimiter(now), log),
    gallery: createGallery(path.join(root, "templates"), log),
    templates: new TemplateTable(pool),
    metrics: {
      operations: { ...createOperations(pool, redis, queue), refusedRuns: bounds.admission.refused },
      token: env.BATON_METRICS_TOKEN,
    },
    health: createHealthCheck(probes(pool, redis, outside), log, now),
    publicUrl: (env.PUBLIC_URL ?? `http://localhost:${env.PORT}`).replace(/\/+$/, ""),
    now: clock.now,
    log,
  };

  const purging = setInterval(() => {
    idempotency.purge().catch((error: unknown) => log.warn({ err: error }, "old idempotent answers were not deleted"));
  }, purgeEveryMs);
  purging.unref();

  return {
    services,
    organizations: createOrganizationStore(pool),
    async close() {
      clearInterval(purging);
      stopAdjusting();
      watch.close();
      mails.close();
      await telemetry?.close();
      await Promise.allSettled([broadcaster.close(), queue.close(), pubSub.close(), pool.end(), http.close()]);
      await sandbox.close();
      redis.disconnect();
    },
  };
}

/** What bounds an organisation and its callers. */
function createBounds(
  { BATON_MAX_QUEUED_RUNS: mostQueued, BATON_RATE_LIMIT: perSecond }: Environment,
  pool: Pool,
  redis: RedisClient,
  log: Logger,
): Pick<Services, "limits" | "admission" | "breakers" | "callerBucket" | "onBehalfOf"> {
  const limits = new LimitTable(pool);
  return {
    limits,
    admission: createAdmission({ limits, mostQueued, now: Date.now }),
    breakers: createBreakers(redis, log),
    callerBucket: callerBucket(perSecond),
    onBehalfOf,
  };
}

/** The way to Slack, where the operator set an app up. */
function slackGate(
  { SLACK_BOT_TOKEN: token, SLACK_SIGNING_SECRET: signingSecret, SLACK_API_URL: apiUrl }: Environment,
  http: HttpClient,
  { memberByEmail }: ReturnType<typeof createMembers>,
): SlackGate | null {
  if (token === undefined || signingSecret === undefined) return null;
  const { emailOf, respond } = createSlack({ token, apiUrl, http });
  const { origin } = new URL(apiUrl);
  const isResponseUrl = (url: string): boolean =>
    URL.canParse(url) && [origin, "https://hooks.slack.com"].includes(new URL(url).origin);
  return { signingSecret, emailOf, respond, memberByEmail, isResponseUrl };
}

/** One short question, by the guarded client: enough to know that address, key and model are right. */
function modelTrial(fetch: typeof globalThis.fetch, log: Logger): TryModel {
  return async ({ name, baseUrl, apiKey, model }) => {
    // The package is large, and most web processes never try a provider.
    const { createOpenAIModel } = await import("../adapters/model/openai.ts");
    const firstByteTimeoutMs = trialMs;
    const tried = createOpenAIModel({
      apiKey: apiKey ?? "",
      baseURL: baseUrl,
      defaultModel: model,
      provider: name,
      fetch,
      firstByteTimeoutMs,
      log,
    });
    await tried.answer({
      model: null,
      messages: [{ role: "user", content: "Answer with the word: ready" }],
      idempotencyKey: randomUUID(),
      signal: AbortSignal.timeout(2 * trialMs),
    });
  };
}

/** Started by the first expression that needs it: most of a web process never evaluate one. */
function lazySandbox(log: Logger): { get: () => Promise<Sandbox>; close: () => Promise<void> } {
  let starting: Promise<Sandbox> | null = null;
  return {
    get: () => (starting ??= createSandbox({ workers: 1, log })),
    close: async () => (await starting)?.close(),
  };
}

function redisLimiter(redis: RedisClient): RateLimiter {
  const buckets = createBuckets(redis);
  return {
    async take(key, bucket) {
      const { allowed, tokens } = await buckets.take(key, bucket);
      return describeBucket(bucket, tokens, allowed);
    },
  };
}

/** The database's clock, measured now and then. */
function keptClock(pool: Pool): { clock: StoreClock; stopAdjusting: () => void } {
  const clock = createStoreClock(pool);
  void clock.adjust();
  const adjusting = setInterval(() => void clock.adjust(), clockEveryMs);
  adjusting.unref();
  return { clock, stopAdjusting: () => clearInterval(adjusting) };
}

/** A request that wakes a run stands in that run's trace. */
function wokenBy(queue: ClosableStepQueue, tracer: RequestTracer | null): ClosableStepQueue {
  if (tracer === null) return queue;
  return {
    ...queue,
    wake(runId, ...rest) {
      tracer.woke(runId);
      return queue.wake(runId, ...rest);
    },
  };
}

function createOperations(pool: Pool, redis: RedisClient, queue: ClosableStepQueue): Omit<Operations, "refusedRuns"> {
  const reports = createWorkerReports(redis);
  return {
    workers: reports.read,
    breakers: reports.breakers,
    queues: queue.depths,
    runs: () => countOpenRuns(pool),
  };
}

function probes(pool: Pool, redis: RedisClient, outside: Outside): Probes {
  return {
    async database() {
      await pool.query("select 1");
    },
    async redis() {
      await redis.ping();
    },
    async realtime(signal) {
      const address = new URL("/realtime/v1/api/health", outside.supabaseUrl);
      const response = await fetch(address, { signal, headers: { apikey: outside.publishableKey } });
      await response.body?.cancel();
      // A hosted Realtime may not know this address for outsiders; that it answers is what we ask.
      if (response.status >= 500) throw new Error(`Realtime answered ${response.status}.`);
    },
    async workers() {
      if (!(await anyWorker(redis))) throw new Error("No worker has shown itself in the last ten seconds.");
    },
  };
}

/** Looks for a living worker's heartbeat, in large steps and only until one is found. */
async function anyWorker(redis: RedisClient): Promise<boolean> {
  let cursor = "0";
  do {
    const [next, found] = await redis.scan(cursor, "MATCH", workerKeyPattern, "COUNT", 5_000);
    if (found.length > 0) return true;
    cursor = next;
  } while (cursor !== "0");
  return false;
}

interface Outside {
  databaseUrl: string;
  redisUrl: string;
  supabaseUrl: string;
  publishableKey: string;
  secretKey: string;
  secret: string;
}

/** @throws EnvironmentError naming the variables that are missing */
function requireOutside(env: Environment): Outside {
  const { DATABASE_URL, REDIS_URL, SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY, SUPABASE_SECRET_KEY, BATON_SECRET } = env;
  if (DATABASE_URL && REDIS_URL && SUPABASE_URL && SUPABASE_PUBLISHABLE_KEY && SUPABASE_SECRET_KEY && BATON_SECRET) {
    return {
      databaseUrl: DATABASE_URL,
      redisUrl: REDIS_URL,
      supabaseUrl: SUPABASE_URL,
      publishableKey: SUPABASE_PUBLISHABLE_KEY,
      secretKey: SUPABASE_SECRET_KEY,
      secret: BATON_SECRET,
    };
  }
  const needed = {
    DATABASE_URL,
    REDIS_URL,
    SUPABASE_URL,
    SUPABASE_PUBLISHABLE_KEY,
    SUPABASE_SECRET_KEY,
    BATON_SECRET,
  };
  throw new EnvironmentError(
    Object.entries(needed)
      .filter(([, value]) => !value)
      .map(([variable]) => ({ variable, problem: "must be set for the web process; `npm start` sets it" })),
  );
}
