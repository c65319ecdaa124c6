import { randomUUID } from "node:crypto";
import { Hono, type Context } from "hono";
import { secureHeaders } from "hono/secure-headers";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { z } from "zod";
import { BatonError } from "../../engine/errors.ts";
import type { Json, JsonObject } from "../../engine/json.ts";
import { authorize } from "../auth/authorize.ts";
import type { Caller } from "../auth/caller.ts";
import type { Services } from "../services.ts";
import { mountSlack } from "./slack-hook.ts";
import { mountHooks } from "./hooks.ts";
import { idempotencyKeyOf, once } from "./idempotency.ts";
import { describeApi, workflowFileJsonSchema } from "./openapi.ts";
import { traceRequests } from "./trace-requests.ts";
import { mayScrape } from "../metrics/admit-scrape.ts";
import { renderMetrics } from "../metrics/render-metrics.ts";
import { originOf } from "./origin.ts";
import { HttpRefusal, problemOf, schemaRefusal } from "./problem.ts";
import { anonymousBucket, type Taken } from "./rate-limit.ts";
import { readBody } from "./read-body.ts";
import type { Answer, Received, Route } from "./route.ts";
import { isServiceAway } from "./service-away.ts";
import { agentRoutes } from "./routes/agents.ts";
import { apiKeyRoutes } from "./routes/api-keys.ts";
import { approvalRoutes } from "./routes/approvals.ts";
import { breakerRoutes } from "./routes/breakers.ts";
import { credentialRoutes } from "./routes/credentials.ts";
import { eventRoutes } from "./routes/events.ts";
import { formRoutes } from "./routes/forms.ts";
import { healthRoutes } from "./routes/health.ts";
import { invitationRoutes } from "./routes/invitations.ts";
import { limitRoutes } from "./routes/limits.ts";
import { modelProviderRoutes } from "./routes/model-providers.ts";
import { organizationRoutes } from "./routes/organization.ts";
import { runRoutes } from "./routes/runs.ts";
import { templateRoutes } from "./routes/templates.ts";
import { triggerRoutes } from "./routes/triggers.ts";
import { workflowRoutes } from "./routes/workflows.ts";

export const apiBase = "/api/v1";
const smallBodyBytes = 64_000;

/** Every route of the API, in the order of the documentation. */
export function allRoutes(services: Services): Route[] {
  return [
    ...healthRoutes(services),
    ...workflowRoutes(services),
    ...runRoutes(services),
    ...approvalRoutes(services),
    ...agentRoutes(services),
    ...limitRoutes(services),
    ...breakerRoutes(services),
    ...apiKeyRoutes(services),
    ...credentialRoutes(services),
    ...modelProviderRoutes(services),
    ...invitationRoutes(services),
    ...organizationRoutes(services),
    ...templateRoutes(services),
    ...triggerRoutes(services),
    ...eventRoutes(services),
    ...formRoutes(services),
  ];
}

export interface AppOptions {
  /** Checks each answer against its schema, and fails with 500 where it does not fit: for tests. */
  checkAnswers?: boolean;
}

/** The HTTP API: contract in, use case, contract out. Answers problem+json for whatever goes wrong. */
export function createApp(services: Services, options: AppOptions = {}): Hono {
  const app = new Hono();
  const routes = allRoutes(services);

  app.use(
    secureHeaders({
      // An answer of the API is data: nothing in it may run, load or be framed.
      contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
      xFrameOptions: "DENY",
      referrerPolicy: "no-referrer",
      crossOriginResourcePolicy: "same-origin",
      // Said only over TLS, which ends before this process where there is any.
      strictTransportSecurity: services.publicUrl.startsWith("https:") ? "max-age=31536000; includeSubDomains" : false,
    }),
  );
  if (services.tracer !== null) app.use(traceRequests(services.tracer));
  app.use(async (context, next) => {
    context.header("X-Request-Id", requestIdOf(context));
    await next();
    if (!context.res.headers.has("Cache-Control")) context.header("Cache-Control", "no-store");
  });

  for (const one of routes) {
    const path = apiBase + one.spec.path.replaceAll(/\{(\w+)\}/g, ":$1");
    app.on(one.spec.method.toUpperCase(), path, (context) => answer(services, one, context, options));
  }
  mountSlack(app, services);
  mountHooks(app, services);
  app.get("/metrics", async (context) => {
    const forwarded = ["x-forwarded-for", "forwarded"].some((name) => context.req.header(name) !== undefined);
    const request = { authorization: context.req.header("authorization"), ip: originOf(context).ip, forwarded };
    if (!mayScrape(services.metrics.token, request)) {
      throw new BatonError("FORBIDDEN", "Metrics are for this machine, or for whoever has BATON_METRICS_TOKEN.");
    }
    const text = await renderMetrics(services.metrics.operations);
    return context.body(text, 200, { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" });
  });
  // Made when first asked for: describing a thousand fields takes longer than starting the server.
  let description: JsonObject | null = null;
  app.get(`${apiBase}/openapi.json`, (context) => context.json((description ??= describeApi(routes, apiBase))));
  let fileSchema: JsonObject | null = null;
  app.get(`${apiBase}/workflow.schema.json`, (context) => context.json((fileSchema ??= workflowFileJsonSchema())));

  app.notFound((context) => problemResponse(context, noRoute(routes, context)));
  app.onError((error, context) => problemResponse(context, known(error, services, context)));
  return app;
}

async function answer(services: Services, one: Route, context: Context, options: AppOptions): Promise<Response> {
  const origin = originOf(context);
  const caller = await admit(services, one, context);
  const { spec } = one;
  const params = parsePart(spec.params, context.req.param(), "path");
  const query = parsePart(spec.query, queryOf(context), "query");
  const hasBody = spec.method !== "get";
  const read = hasBody
    ? await readBody(context.req.raw, spec.maxBytes ?? smallBodyBytes, spec.tooLarge ?? "VALUE_TOO_LARGE")
    : { value: undefined, text: "" };
  const body = parsePart(spec.body, read.value, "body");
  const key = hasBody ? idempotencyKeyOf(context.req.header("idempotency-key")) : undefined;

  const received: Received<unknown, unknown, unknown> & { caller: Caller | null } = {
    params,
    query,
    body,
    source: read.value,
    idempotencyKey: key,
    origin,
    context,
    caller,
  };
  const work = (): Promise<Answer | Response> => one.handle(received);
  const { pathname, search } = new URL(context.req.url);
  const workOnce = async ({ orgId }: Caller): Promise<Answer | Response> => {
    if (key === undefined) return work();
    // A request is its body and its query: `?draft=true` asks for something else.
    const request = { orgId, key, route: `${context.req.method} ${pathname}`, body: `${search}\n${read.text}` };
    return once(services.idempotency, request, one.replay, work);
  };
  const result = await (caller === null ? work() : services.onBehalfOf(caller.orgId, () => workOnce(caller)));
  if (result instanceof Response) return result;
  if (options.checkAnswers === true) checkAnswer(one, result);
  return reply(context, result.status, result.body, { "Content-Type": "application/json", ...result.headers });
}

/** Answers with what earlier steps put into the headers as well. */
function reply(context: Context, status: number, body: unknown, headers: Record<string, string>): Response {
  // Our statuses come from contracts and from one switch; Hono's type lists the very same numbers.
  return context.body(JSON.stringify(body), status as ContentfulStatusCode, headers);
}

/** Who asks, whether they ask too much, and whether they may. Health is asked often and by machines, so it is not counted. */
async function admit(services: Services, one: Route, context: Context): Promise<Caller | null> {
  const origin = originOf(context);
  const anonymous = async (): Promise<void> =>
    limit(context, await services.limiter.take(`ip:${origin.ip ?? "unknown"}`, anonymousBucket));
  if (one.action === null) {
    if (one.spec.path !== "/health") await anonymous();
    return null;
  }
  const caller = await services.auth
    .authenticate({
      authorization: context.req.header("authorization"),
      organization: context.req.header("baton-organization"),
      ...origin,
    })
    .catch(async (error: unknown) => {
      // Guessing at keys is counted by address; a service that is away is nobody's fault.
      if (error instanceof BatonError && error.code === "UNAUTHENTICATED") await anonymous();
      throw error;
    });
  limit(context, await services.limiter.take(`${caller.kind}:${caller.id ?? ""}`, services.callerBucket));
  authorize(caller, one.action);
  return caller;
}

function limit(context: Context, taken: Taken): void {
  context.header("X-RateLimit-Limit", String(taken.limit));
  context.header("X-RateLimit-Remaining", String(taken.remaining));
  context.header("X-RateLimit-Reset", String(taken.resetSeconds));
  if (taken.allowed) return;
  throw new HttpRefusal(429, "RATE_LIMITED", `Too many requests. Try again in ${taken.retryAfterSeconds} s.`, {
    headers: { "Retry-After": String(taken.retryAfterSeconds) },
  });
}

function parsePart(schema: z.ZodType | undefined, value: unknown, where: "path" | "query" | "body"): unknown {
  if (schema === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  // An id that is not one names nothing, like an id that nobody has.
  if (where === "path") throw new BatonError("NOT_FOUND", "There is nothing at this address. Check the id in it.");
  throw schemaRefusal(parsed.error, where);
}

/** A parameter that comes twice is refused by its schema, which wants a text and gets a list. */
function queryOf(context: Context): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(context.req.queries()).flatMap(([name, values]) => {
      const [only] = values;
      // `?status=` asks for no status in particular.
      if (values.length === 1 && only === "") return [];
      return [[name, values.length === 1 && only !== undefined ? only : values]];
    }),
  );
}

function checkAnswer(one: Route, result: Answer): void {
  const schema = one.spec.answers[result.status]?.schema;
  if (schema === undefined)
    throw new Error(`${one.spec.path} answers ${result.status}, which its contract does not name.`);
  const parsed = schema.safeParse(JSON.parse(JSON.stringify(result.body)) as Json);
  if (!parsed.success)
    throw new Error(`${one.spec.path} ${result.status} breaks its contract: ${parsed.error.message}`);
}

function noRoute(routes: Route[], context: Context): BatonError {
  const { pathname } = new URL(context.req.url);
  const below = pathname.startsWith(`${apiBase}/`) ? pathname.slice(apiBase.length) : null;
  const methods = routes
    .filter(({ spec }) => below !== null && new RegExp(`^${spec.path.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(below))
    .map(({ spec }) => spec.method.toUpperCase());
  if (methods.length === 0) {
    return new BatonError(
      "NOT_FOUND",
      `There is no such address in the API. ${apiBase}/openapi.json lists all of them.`,
    );
  }
  const allow = methods.includes("GET") ? [...methods, "HEAD"] : methods;
  return new HttpRefusal(405, "INPUT_INVALID", `This address takes ${methods.join(", ")}, not ${context.req.method}.`, {
    headers: { Allow: allow.join(", ") },
  });
}

/** What we know how to say; the rest is logged with the request's id and told without details. */
function known(error: unknown, services: Services, context: Context): BatonError {
  if (error instanceof BatonError && error.code !== "INTERNAL") return error;
  const fields = {
    err: error,
    requestId: requestIdOf(context),
    method: context.req.method,
    route: context.req.routePath,
  };
  if (isServiceAway(error)) {
    services.log.warn(fields, "a service is away");
    return new HttpRefusal(
      503,
      "SERVICE_UNAVAILABLE",
      "A service Baton depends on is away. Nothing was lost; try again soon.",
      {
        headers: { "Retry-After": "2" },
      },
    );
  }
  services.log.error(fields, "request failed");
  return new BatonError(
    "INTERNAL",
    `Something went wrong on our side. Give the request id to whoever runs this Baton.`,
  );
}

function problemResponse(context: Context, error: BatonError): Response {
  const problem = problemOf(error, requestIdOf(context));
  return reply(context, problem.status, problem, {
    "Content-Type": "application/problem+json",
    ...(error.retryAfterMs === undefined ? {} : { "Retry-After": String(Math.ceil(error.retryAfterMs / 1_000)) }),
    ...(error instanceof HttpRefusal ? error.headers : {}),
    ...(problem.status === 401 ? { "WWW-Authenticate": 'Bearer realm="baton"' } : {}),
  });
}

const requestIds = new WeakMap<Request, string>();

function requestIdOf(context: Context): string {
  const known = requestIds.get(context.req.raw);
  if (known !== undefined) return known;
  const id = randomUUID();
  requestIds.set(context.req.raw, id);
  return id;
}
