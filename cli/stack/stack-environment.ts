import { delimiter, join } from "node:path";
import { type Environment, missingHostedVariables } from "../../contracts/env.ts";
import type { Home } from "./home.ts";
import { projectFolder } from "./node-script.ts";
import type { Ports } from "./ports.ts";
import { postgresUrl } from "./postgres.ts";
import { redisUrl } from "./redis.ts";

/** Which parts come from outside, by the variables that name them. */
export interface Outside {
  supabase: boolean;
  redis: boolean;
  mail: boolean;
  model: boolean;
}

/** @throws Error when some but not all variables of a hosted Supabase are set */
export function outsideParts(given: Environment): Outside {
  const missing = missingHostedVariables(given);
  if (missing.length > 0) {
    throw new Error(
      `To use a hosted Supabase, ${missing.join(" and ")} must be set too. ` +
        "Set all of SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY, SUPABASE_SECRET_KEY and DATABASE_URL, or none for the embedded one.",
    );
  }
  return {
    supabase: given.DATABASE_URL !== undefined,
    redis: given.REDIS_URL !== undefined,
    mail: given.SMTP_URL !== undefined,
    model: given.OPENAI_API_KEY !== undefined || given.OPENAI_BASE_URL !== undefined,
  };
}

/** Variables of the machine that children need; all else of ours is said explicitly, so nothing leaks in by chance. */
const passedThrough = [
  "HOME",
  "USER",
  "LANG",
  "LC_ALL",
  "TMPDIR",
  "TZ",
  "TERM",
  "NODE_OPTIONS",
  "NODE_EXTRA_CA_CERTS",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
];

/**
 * Every variable for the children of a stack, the same for all: what the person gave, and what the embedded parts add.
 * @param source the environment as given, unparsed: unknown BATON_* variables are handed on as they are
 */
export function stackEnvironment(
  home: Home,
  ports: Ports,
  given: Environment,
  source: Record<string, string | undefined>,
  outside: Outside,
): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const name of [...passedThrough, ...Object.keys(source).filter(isOurs)]) {
    const value = source[name];
    if (value !== undefined && value !== "") passed[name] = value;
  }
  const publicUrl = (given.PUBLIC_URL ?? `http://localhost:${ports.web}`).replace(/\/+$/, "");
  const gateway = `http://127.0.0.1:${ports.supabase}`;
  return {
    ...passed,
    PATH: [join(projectFolder, "node_modules", ".bin"), source["PATH"] ?? "/usr/bin:/bin"].join(delimiter),
    NODE_ENV: given.BATON_MODE,
    NEXT_TELEMETRY_DISABLED: "1",
    // glibc gives each thread an arena of its own, which keeps what was freed.
    MALLOC_ARENA_MAX: source["MALLOC_ARENA_MAX"] ?? "2",
    // Compiled code of the second start is read instead of made.
    NODE_COMPILE_CACHE: source["NODE_COMPILE_CACHE"] ?? join(home.path, "cache"),
    DO_NOT_TRACK: "1",
    BATON_MODE: given.BATON_MODE,
    BATON_HOME: home.path,
    BATON_SECRET: given.BATON_SECRET ?? home.secrets.batonSecret,
    BATON_ADMIN_EMAIL: given.BATON_ADMIN_EMAIL,
    BATON_ADMIN_PASSWORD: given.BATON_ADMIN_PASSWORD ?? home.secrets.adminPassword,
    BATON_WORKERS: String(given.BATON_WORKERS),
    PORT: String(ports.web),
    PUBLIC_URL: publicUrl,
    WORKER_CONCURRENCY: String(given.WORKER_CONCURRENCY),
    MAIL_FROM: given.MAIL_FROM,
    LOG_LEVEL: given.LOG_LEVEL,
    ...(outside.supabase
      ? {}
      : {
          SUPABASE_URL: gateway,
          SUPABASE_PORT: String(ports.supabase),
          SUPABASE_PUBLISHABLE_KEY: home.secrets.publishableKey,
          SUPABASE_SECRET_KEY: home.secrets.secretKey,
          SUPABASE_JWT_SECRET: home.secrets.jwtSecret,
          DATABASE_URL: postgresUrl(home, ports.postgres),
        }),
    ...(outside.redis ? {} : { REDIS_URL: redisUrl(home, ports.redis) }),
    ...(outside.mail
      ? {}
      : {
          SMTP_URL: `smtp://127.0.0.1:${ports.mail}`,
          MAIL_PORT: String(ports.mail),
          // The mailbox answers on the gateway's port, whether or not the rest of Supabase is there too.
          SUPABASE_PORT: String(ports.supabase),
          BATON_MAILBOX_URL: gateway,
        }),
    ...(outside.model
      ? {}
      : { DEMO_MODEL_PORT: String(ports.model), BATON_DEMO_MODEL_URL: `http://127.0.0.1:${ports.model}/v1` }),
  };
}

/** Names of the contract, and the product's own. npm's variables and other programs' secrets stay behind. */
function isOurs(name: string): boolean {
  return (
    /^(BATON|SUPABASE|OPENAI|SLACK|SMTP|MAIL|WORKER|OTEL)_/.test(name) || ["DATABASE_URL", "REDIS_URL"].includes(name)
  );
}
