import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Client, Pool } from "pg";
import { createLog } from "../../adapters/pino/create-log.ts";
import { z } from "zod";
import { bootstrapDatabase } from "./bootstrap.ts";
import { createGateway } from "./gateway.ts";
import { createLite, type Lite } from "./lite.ts";
import type { Log } from "./log.ts";
import { openMailbox } from "./mailbox.ts";
import { applyMigrations, MigrationError } from "./migrate.ts";
import { createRealtimeServer } from "./realtime/server.ts";

/** The process "supabase" of the embedded stack: what a hosted Supabase project is to the rest of the product. */

const environment = z
  .object({
    BATON_HOME: z.string().min(1),
    DATABASE_URL: z.string().min(1),
    SUPABASE_URL: z.url(),
    SUPABASE_PORT: z.coerce.number().int(),
    SUPABASE_JWT_SECRET: z.string().min(32),
    SUPABASE_PUBLISHABLE_KEY: z.string().min(1),
    SUPABASE_SECRET_KEY: z.string().min(1),
    PUBLIC_URL: z.url(),
    SMTP_URL: z.string().min(1),
    MAIL_FROM: z.string().min(1),
    MAIL_PORT: z.coerce.number().int().optional(),
    LOG_LEVEL: z.string().default("info"),
  })
  .parse(process.env);

const log = createLog("supabase", environment.LOG_LEVEL);

try {
  await prepareDatabase();
} catch (error) {
  // The supervisor shows the end of this log to the person who started it: the message alone says all.
  if (!(error instanceof MigrationError)) throw error;
  process.stderr.write(`${error.message}\n`);
  // The status that means: starting it again will not help.
  process.exit(78);
}
const lite = await createLite({
  databaseUrl: environment.DATABASE_URL,
  jwtSecret: environment.SUPABASE_JWT_SECRET,
  publishableKey: environment.SUPABASE_PUBLISHABLE_KEY,
  secretKey: environment.SUPABASE_SECRET_KEY,
  publicUrl: environment.PUBLIC_URL,
  supabaseUrl: environment.SUPABASE_URL,
  storageFolder: join(environment.BATON_HOME, "storage"),
  smtpUrl: environment.SMTP_URL,
  mailFrom: environment.MAIL_FROM,
});
const [realtime, mailbox] = await Promise.all([
  createRealtimeServer({
    databaseUrl: environment.DATABASE_URL,
    jwtSecret: environment.SUPABASE_JWT_SECRET,
    publishableKey: environment.SUPABASE_PUBLISHABLE_KEY,
    secretKey: environment.SUPABASE_SECRET_KEY,
    // Every channel of the product is private; a public one would be readable by whoever has the publishable key.
    allowPublic: false,
    log,
  }),
  environment.MAIL_PORT === undefined
    ? null
    : openMailbox(join(environment.BATON_HOME, "mail"), environment.MAIL_PORT, log),
]);
const stopWatching = watchSchema(lite, log);
const health = new Pool({ connectionString: environment.DATABASE_URL, max: 1, connectionTimeoutMillis: 1000 });
health.on("error", (error) => log.warn({ err: error }, "the connection for health checks was cut"));

const gateway = createGateway({
  lite,
  realtime,
  mailbox,
  log,
  origins: originsOf(environment.PUBLIC_URL),
  isDatabaseUp: () =>
    health.query("select 1").then(
      () => true,
      (error: unknown) => {
        log.warn({ err: error }, "the database does not answer");
        return false;
      },
    ),
});
gateway.listen(environment.SUPABASE_PORT, "127.0.0.1");
await once(gateway, "listening");
log.info({ port: (gateway.address() as AddressInfo).port }, "ready");

for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void stop());

async function stop(): Promise<void> {
  log.info({}, "stopping");
  gateway.close();
  gateway.closeAllConnections();
  stopWatching();
  await Promise.allSettled([realtime.close(), mailbox?.close(), lite.close(), health.end()]);
  process.exit(0);
}

async function prepareDatabase(): Promise<void> {
  const client = await connectPatiently(environment.DATABASE_URL);
  try {
    const state = await bootstrapDatabase(client);
    const applied = await applyMigrations(client);
    log.info({ state, applied }, "the database is prepared");
  } finally {
    await client.end();
  }
}

/**
 * The supervisor starts this process together with PostgreSQL, so that loading our code and making the database take
 * their time side by side; and after a crash of PostgreSQL it may be back before PostgreSQL is.
 */
async function connectPatiently(connectionString: string): Promise<Client> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const client = new Client({ connectionString });
    client.on("error", (error) => log.warn({ err: error }, "the database is not there yet"));
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

/** A person may have typed either name of this machine; to a browser they are different origins. */
function originsOf(publicUrl: string): string[] {
  const { origin, protocol, port, hostname } = new URL(publicUrl);
  const names = hostname === "localhost" || hostname === "127.0.0.1" ? ["localhost", "127.0.0.1"] : [];
  return [...new Set([origin, ...names.map((name) => `${protocol}//${name}${port === "" ? "" : `:${port}`}`)])];
}

/** Listens for "the schema has changed" for as long as the process lives; returns how to stop that. */
function watchSchema(lite: Lite, log: Log): () => void {
  let stopped = false;
  let client: Client | null = null;
  let retry: NodeJS.Timeout | null = null;
  const again = (error?: unknown): void => {
    if (stopped || retry !== null) return;
    log.warn({ err: error }, "the watch over the schema was cut and is opened again");
    retry = setTimeout(() => {
      retry = null;
      void connect();
    }, 500);
  };
  const connect = async (): Promise<void> => {
    const next = new Client({ connectionString: environment.DATABASE_URL });
    client = next;
    next.on("notification", () => void lite.forgetSchema());
    next.on("error", again);
    next.once("end", () => again());
    try {
      await next.connect();
      await next.query("listen pgrst");
      // Whatever changed while nobody listened is seen too.
      await lite.forgetSchema();
    } catch (error) {
      again(error);
    }
  };
  void connect();
  return () => {
    stopped = true;
    if (retry !== null) clearTimeout(retry);
    client?.end().catch((error: unknown) => log.warn({ err: error }, "the watch over the schema ended badly"));
  };
}
