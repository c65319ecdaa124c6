import { z } from "zod";

/**
 * Every variable that Baton reads, in one schema: those of the outside contract, which people set, and the internal
 * ones that the supervisor hands to its children. Empty strings count as "not set", because that is what
 * `VAR= npm start` and most process managers mean by them.
 */

const blankToUndefined = (value: unknown): unknown =>
  typeof value === "string" && value.trim() === "" ? undefined : value;

const optional = <T extends z.ZodType>(schema: T) => z.preprocess(blankToUndefined, schema.optional());

const address = (protocols: RegExp, example: string) =>
  z
    .string()
    .trim()
    .refine((value) => URL.canParse(value) && protocols.test(new URL(value).protocol), {
      message: `must be an address such as ${example}`,
    });

const wholeNumber = (min: number, max: number) =>
  z.coerce
    .number({ message: `must be a whole number from ${min} to ${max}` })
    .int(`must be a whole number from ${min} to ${max}`)
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`);

const withDefault = <T extends z.ZodType>(schema: T, value: z.input<T>) =>
  z.preprocess((given) => blankToUndefined(given) ?? value, schema);

const postgresAddress = address(/^postgres(ql)?:$/, "postgresql://user:password@host:5432/postgres");
const webAddress = (example: string) => address(/^https?:$/, example);

/** The variables of the outside contract. */
const publicVariables = {
  PORT: withDefault(wholeNumber(0, 65_535), 3000),
  BATON_HOME: withDefault(z.string(), ".baton"),
  BATON_SECRET: optional(z.string().min(32, "must have at least 32 characters: it encrypts every credential")),
  BATON_ADMIN_EMAIL: withDefault(z.email("must be an e-mail address"), "demo@baton.local"),
  BATON_ADMIN_PASSWORD: optional(z.string().min(8, "must have at least 8 characters").max(72, "must be at most 72")),
  /** Base address of an OTLP collector, to which traces go; without it there are none. */
  OTEL_EXPORTER_OTLP_ENDPOINT: optional(webAddress("http://localhost:4318")),
  /** Whoever sends it as a bearer token may read /metrics; without one only this machine may. */
  BATON_METRICS_TOKEN: optional(z.string().min(16, "must have at least 16 characters")),
  BATON_API_KEY: optional(z.string().min(20, "must have at least 20 characters")),
  SUPABASE_URL: optional(webAddress("https://project.supabase.co")),
  SUPABASE_PUBLISHABLE_KEY: optional(z.string()),
  SUPABASE_SECRET_KEY: optional(z.string()),
  DATABASE_URL: optional(postgresAddress),
  REDIS_URL: optional(address(/^rediss?:$/, "redis://localhost:6379")),
  OPENAI_API_KEY: optional(z.string()),
  OPENAI_BASE_URL: optional(webAddress("https://api.openai.com/v1")),
  /** Asked when neither the step nor the organisation names a model. */
  OPENAI_MODEL: withDefault(z.string(), "gpt-4.1-mini"),
  SMTP_URL: optional(address(/^smtps?:$/, "smtp://user:password@host:587")),
  MAIL_FROM: withDefault(z.string(), "Baton <baton@localhost>"),
  SLACK_BOT_TOKEN: optional(z.string()),
  SLACK_SIGNING_SECRET: optional(z.string()),
  SLACK_API_URL: withDefault(webAddress("https://slack.com/api"), "https://slack.com/api"),
  /** Requests a second that one caller of the API may make for as long as they like; ten seconds of it at once. */
  BATON_RATE_LIMIT: withDefault(wholeNumber(1, 1_000_000), 1_000),
  /** Runs that an organisation may have queued where it set nothing itself. */
  BATON_MAX_QUEUED_RUNS: withDefault(wholeNumber(1, 10_000_000), 20_000),
  WORKER_CONCURRENCY: withDefault(wholeNumber(1, 10_000), 50),
  PUBLIC_URL: optional(webAddress("https://baton.example.com")),
  /** Private addresses that HTTP steps may call all the same: hosts, host:port or CIDR ranges, divided by commas. */
  BATON_ALLOW_PRIVATE: withDefault(z.string(), ""),
  /** Runs are forgotten so many days after their end, with their journals; without it they are kept. */
  BATON_KEEP_RUNS_DAYS: optional(wholeNumber(1, 36_500)),
  /** Events of the bus and deliveries to triggers are forgotten after so many days. What was delivered once is known for as long. */
  BATON_KEEP_EVENTS_DAYS: withDefault(wholeNumber(1, 36_500), 90),
};

/** What the supervisor tells its children; people have no need to set these. */
const internalVariables = {
  /** `development` serves pages with hot reload; `production` serves the build. */
  BATON_MODE: withDefault(z.enum(["production", "development"]), "production"),
  /** Worker processes which the supervisor starts. */
  BATON_WORKERS: withDefault(wholeNumber(0, 64), 1),
  /** Signs the embedded Supabase's access tokens (HS256). Absent with a hosted one, which publishes its keys. */
  SUPABASE_JWT_SECRET: optional(z.string().min(32, "must have at least 32 characters")),
  /** Where the local mailbox answers (`/mailbox.json`). Absent when SMTP_URL is a real mail server. */
  BATON_MAILBOX_URL: optional(webAddress("http://127.0.0.1:24003")),
  /** The offline demo model; set exactly when no other model provider is. */
  DEMO_MODEL_PORT: optional(wholeNumber(1, 65_535)),
  BATON_DEMO_MODEL_URL: optional(webAddress("http://127.0.0.1:24004/v1")),
  /** Ports of the embedded Supabase gateway and of its mail sink. */
  SUPABASE_PORT: optional(wholeNumber(1, 65_535)),
  MAIL_PORT: optional(wholeNumber(1, 65_535)),
  LOG_LEVEL: withDefault(z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]), "info"),
};

export const environmentSchema = z.object({ ...publicVariables, ...internalVariables });

/** The variables as parsed: numbers are numbers, defaults are filled in, what is not set is undefined. */
export type Environment = z.infer<typeof environmentSchema>;

/** The four that stand or fall together: a hosted Supabase is used only when all of them are given. */
export const hostedSupabaseVariables = [
  "SUPABASE_URL",
  "SUPABASE_PUBLISHABLE_KEY",
  "SUPABASE_SECRET_KEY",
  "DATABASE_URL",
] as const;

/** Says which variables are wrong and how; the message is meant for the person who started the program. */
export class EnvironmentError extends Error {
  override name = "EnvironmentError";
  readonly variables: string[];
  constructor(problems: { variable: string; problem: string }[]) {
    super(
      problems.map(({ variable, problem }) => `The variable ${variable} ${problem}.`).join("\n") +
        "\nCorrect it, or unset it to use the default.",
    );
    this.variables = problems.map(({ variable }) => variable);
  }
}

/**
 * Reads the variables from an object shaped like `process.env`.
 * @throws EnvironmentError naming each variable and what is wrong with it (never its value, which may be a secret)
 */
export function parseEnvironment(source: Record<string, string | undefined>): Environment {
  const parsed = environmentSchema.safeParse(source);
  if (parsed.success) return parsed.data;
  throw new EnvironmentError(
    parsed.error.issues.map((issue) => ({
      variable: String(issue.path[0] ?? "?"),
      problem: issue.message.startsWith("must") ? issue.message : `is not valid (${issue.message})`,
    })),
  );
}

/**
 * Which variables of a hosted Supabase are missing while others are set; empty when all or none are.
 * Half a set is always a mistake: part of the product would talk to one database and part to another.
 */
export function missingHostedVariables(environment: Environment): string[] {
  const missing = hostedSupabaseVariables.filter((name) => environment[name] === undefined);
  return missing.length === hostedSupabaseVariables.length ? [] : missing;
}

/** The entries of BATON_ALLOW_PRIVATE: hosts, host:port or CIDR ranges that may be reached although they are private. */
export function allowedPrivate(environment: Pick<Environment, "BATON_ALLOW_PRIVATE">): string[] {
  return environment.BATON_ALLOW_PRIVATE.split(",").flatMap((part) => part.trim() || []);
}

/** The model of the deployment: the provider of the variables, else the offline demo model, whose answers are labelled. */
export function deploymentModel(environment: Environment): {
  source: "environment" | "demo";
  provider: string;
  model: string;
  apiKey: string;
  baseUrl: string;
} {
  const { OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODEL, BATON_DEMO_MODEL_URL } = environment;
  if (OPENAI_API_KEY !== undefined || OPENAI_BASE_URL !== undefined) {
    return {
      source: "environment",
      provider: "openai",
      model: OPENAI_MODEL,
      apiKey: OPENAI_API_KEY ?? "none",
      baseUrl: OPENAI_BASE_URL ?? "https://api.openai.com/v1",
    };
  }
  const baseUrl = BATON_DEMO_MODEL_URL ?? "http://127.0.0.1:9/v1";
  return { source: "demo", provider: "demo", model: "baton-demo-1", apiKey: "demo", baseUrl };
}
