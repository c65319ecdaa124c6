import type { Context, Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { BatonError } from "../../engine/errors.ts";
import { isRunEnded } from "../../engine/run/status.ts";
import { awaitRun } from "../runs/await-run.ts";
import type { RunRow } from "../runs/ports.ts";
import type { Services } from "../services.ts";
import type { TriggerRow } from "../triggers/ports.ts";
import { receiveCallback } from "../triggers/callback.ts";
import { receiveWebhook, type Received } from "../triggers/receive-webhook.ts";
import { hashToken, tokenForm } from "../triggers/token.ts";
import { originOf } from "./origin.ts";
import { HttpRefusal } from "./problem.ts";
import { anonymousBucket, type Bucket, type Taken } from "./rate-limit.ts";
import { readAnyBody, readBytes } from "./read-body.ts";

/** Requests that one webhook takes at once and a second: a sender gone wild must not starve the others. */
export const hookBucket: Bucket = { capacity: 1_200, refillPerSecond: 200 };
/** As much as a run's input may be, and what stands around it. */
const mostBytes = 300_000;

/** Mounts what outsiders call: `POST /api/hooks/{token}`. The token is the address, so there is no other sign-in. */
export function mountHooks(app: Hono, services: Services): void {
  app.post("/api/hooks/callback/:token", async (context) => {
    const caller = originOf(context).ip ?? "unknown";
    refuseOver(await services.limiter.take(`ip:${caller}`, anonymousBucket));
    const bytes = await readBytes(context.req.raw, mostBytes, "VALUE_TOO_LARGE");
    const payload = readAnyBody(bytes, context.req.header("content-type") ?? "");
    const { runId } = await receiveCallback(services, context.req.param("token"), payload);
    return context.json({ id: runId, status: "told" }, 202);
  });
  app.post("/api/hooks/:token", async (context) => {
    const trigger = await triggerAt(services, context);
    const bytes = await readBytes(context.req.raw, mostBytes, "VALUE_TOO_LARGE");
    return services.onBehalfOf(trigger.orgId, async () => {
      const received = await receiveWebhook(services, trigger, {
        header: (name) => context.req.header(name),
        query: context.req.query(),
        bytes,
        parse: () => readAnyBody(bytes, context.req.header("content-type") ?? ""),
      });
      return answer(services, trigger, received, context);
    });
  });
  for (const path of ["/api/hooks/:token", "/api/hooks/callback/:token"]) {
    app.all(path, () => {
      throw new HttpRefusal(405, "INPUT_INVALID", "This address takes POST.", { headers: { Allow: "POST" } });
    });
  }
}

/** The webhook at this address, counted. What is no address and what was one look alike. */
async function triggerAt(services: Services, context: Context): Promise<TriggerRow> {
  const token = context.req.param("token") ?? "";
  const hash = hashToken(token);
  const trigger = tokenForm.test(token) ? await services.triggering.triggers.byToken(hash) : null;
  if (trigger === null || trigger.kind !== "webhook") {
    // Guessing is counted by address.
    refuseOver(await services.limiter.take(`ip:${originOf(context).ip ?? "unknown"}`, anonymousBucket));
    throw new BatonError("NOT_FOUND", "There is no webhook at this address. It may have been rotated or deleted.");
  }
  refuseOver(await services.limiter.take(`hook:${trigger.id}`, hookBucket));
  return trigger;
}

/** @throws HttpRefusal 429 with Retry-After */
export function refuseOver(taken: Taken): void {
  if (taken.allowed) return;
  throw new HttpRefusal(429, "RATE_LIMITED", `Too many requests. Try again in ${taken.retryAfterSeconds} s.`, {
    headers: { "Retry-After": String(taken.retryAfterSeconds) },
  });
}

async function runOnceEnded(
  services: Services,
  trigger: TriggerRow,
  runId: string,
  seconds: number,
  context: Context,
): Promise<RunRow | null> {
  const ended = await awaitRun(services, runId, seconds * 1_000, context.req.raw.signal);
  return ended ? services.runs.get(trigger.orgId, runId) : null;
}

async function answer(
  services: Services,
  trigger: TriggerRow,
  { config, runId, repeated, ended }: Received,
  context: Context,
): Promise<Response> {
  context.header("Baton-Run", runId);
  const accepted = { id: runId, status: "queued", repeated };
  if (config.respond === "async") return context.json(accepted, 202);
  const run = ended ?? (await runOnceEnded(services, trigger, runId, config.timeoutSeconds, context));
  if (run === null || !isRunEnded(run.status)) return context.json({ ...accepted, status: "running" }, 202);
  if (run.status === "completed") return context.json(run.output, 200);
  // Details are for those who may read the run; the sender learns that, and what kind of failure it was.
  const status: ContentfulStatusCode = 500;
  return context.json({ id: runId, status: run.status, error: { code: run.error?.code ?? "RUN_CANCELLED" } }, status);
}
