import type { Hono } from "hono";
import { BatonError } from "../../engine/errors.ts";
import type { Services } from "../services.ts";
import { clickOf, decideInSlack, isFromSlack } from "../slack/decide-in-slack.ts";
import { originOf } from "./origin.ts";
import { refuseOver } from "./hooks.ts";
import { anonymousBucket } from "./rate-limit.ts";
import { readBytes } from "./read-body.ts";

/** Clicks come one by one; a request's message is some kilobytes. */
const mostBytes = 200_000;

/** Mounts the address that Slack calls when somebody clicks. Before the webhooks, whose tokens are never this short. */
export function mountSlack(app: Hono, services: Services): void {
  app.post("/api/hooks/slack", async (context) => {
    const { slack } = services;
    if (slack === null) throw new BatonError("NOT_FOUND", "Slack is not set up here.");
    const body = await readBytes(context.req.raw, mostBytes, "VALUE_TOO_LARGE");
    const timestamp = context.req.header("x-slack-request-timestamp");
    const signature = context.req.header("x-slack-signature");
    if (!isFromSlack(slack.signingSecret, { timestamp, signature, body, now: services.now() })) {
      refuseOver(await services.limiter.take(`ip:${originOf(context).ip ?? "unknown"}`, anonymousBucket));
      throw new BatonError("UNAUTHENTICATED", "The signature does not fit, or is older than five minutes.");
    }
    const click = clickOf(Buffer.from(body).toString("utf8"));
    // Slack wants a plain 200 within three seconds; what came of the click is told at its own address.
    if (click !== null) await decideInSlack({ ...services, slack }, click);
    return context.body(null, 200);
  });
}
