import type { Logger } from "pino";
import { createLinkSigner } from "../adapters/links/link-signer.ts";
import { createMailer } from "../adapters/mail/mailer.ts";
import { createOpenAIModel } from "../adapters/model/openai.ts";
import { pricesWith } from "../adapters/model/prices.ts";
import { connectRedis, connectSubscriber, refuseEviction, type RedisClient } from "../adapters/redis/connection.ts";
import { createSlack } from "../adapters/slack/slack.ts";
import { createApprovalNotices } from "../adapters/supabase/approval-notices.ts";
import { createStoreClock, type StoreClock } from "../adapters/supabase/clock.ts";
import { createPool, type Pool } from "../adapters/supabase/pool.ts";
import { deploymentModel, type Environment } from "../contracts/env.ts";
import { BatonError } from "../engine/errors.ts";
import type { HttpClient } from "../engine/ports/http.ts";
import type { OrganizationModels } from "../engine/ports/model.ts";
import { startNotifier } from "./approval-notices.ts";
import { createModels, type ModelParts } from "./models.ts";
import { isOutage } from "./outage.ts";

/** Connections to Postgres: two carry appends, the others read. */
const poolSize = 6;

/** What a worker must know of the world to work for it. */
export interface Outside {
  databaseUrl: string;
  redisUrl: string;
  supabaseUrl: string;
  secretKey: string;
  secret: string;
  /** Where people and programs reach the product. */
  publicUrl: string;
}

/** @throws BatonError naming the variables that are missing */
export function requireOutside(env: Environment): Outside {
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
    publicUrl: (env.PUBLIC_URL ?? `http://localhost:${env.PORT}`).replace(/\/+$/, ""),
  };
}

/** Waits until both answer. */
export async function connect(
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

/** Sends what approvals want to be told by mail. Without a mail server nothing is sent, and the requests wait in the inbox all the same. */
export function createNotifier(
  env: Environment,
  pool: Pool,
  { secret, publicUrl }: Pick<Outside, "secret" | "publicUrl">,
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
    publicUrl,
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
export function createOrganizationModels(
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

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
