import { idParamsSchema } from "../../../contracts/api/common.ts";
import {
  callbackAddressSchema,
  callbackUrlSchema,
  changeTriggerSchema,
  createTriggerSchema,
  deliveryListQuerySchema,
  deliveryPageSchema,
  deliveryParamsSchema,
  deliverySchema,
  madeTriggerSchema,
  previewScheduleSchema,
  rotateTriggerSchema,
  schedulePreviewSchema,
  triggerListSchema,
  triggerSchema,
} from "../../../contracts/api/trigger.ts";
import { isJsonObject, type Json } from "../../../engine/json.ts";
import type { Services } from "../../services.ts";
import { callbackAddress } from "../../triggers/callback.ts";
import { changeTrigger, findTrigger, removeTrigger, rotateTrigger } from "../../triggers/change-trigger.ts";
import { checkSchedule, requireWorkflow } from "../../triggers/check-trigger.ts";
import { createTrigger } from "../../triggers/create-trigger.ts";
import { listDeliveries, redeliver } from "../../triggers/deliveries.ts";
import { showTrigger } from "../../triggers/show-trigger.ts";
import { route, type Route } from "../route.ts";

const tag = "Triggers";
/** A mapped input may be as large as an input. */
const configBytes = 300_000;

export function triggerRoutes(services: Services): Route[] {
  return [...listingRoutes(services), ...oneRoutes(services), ...deliveryRoutes(services), callbackRoute(services)];
}

/** The kept answer would hold the address and the secret in plain text, for a day. */
function withoutSecrets(body: Json): Json {
  return isJsonObject(body) ? { ...body, url: null, secret: null } : body;
}

function listingRoutes(services: Services): Route[] {
  return [
    route(
      {
        method: "get",
        path: "/workflows/{id}/triggers",
        action: "trigger:read",
        summary: "List a workflow's triggers",
        tag,
        params: idParamsSchema,
        answers: { 200: { description: "The triggers, the oldest first", schema: triggerListSchema } },
      },
      async ({ caller, params }) => {
        await requireWorkflow(services.workflows, caller.orgId, params.id);
        const rows = await services.triggering.triggers.list(caller.orgId, params.id);
        return { status: 200, body: { items: rows.map((row) => showTrigger(row, services.publicUrl)) } };
      },
    ),
    route(
      {
        method: "post",
        path: "/workflows/{id}/triggers",
        action: "trigger:write",
        summary: "Make a trigger; a webhook's address and secret are shown this once",
        tag,
        params: idParamsSchema,
        body: createTriggerSchema,
        maxBytes: configBytes,
        answers: { 201: { description: "The trigger", schema: madeTriggerSchema } },
        replay: withoutSecrets,
      },
      async ({ caller, params, body }) => ({
        status: 201,
        body: await createTrigger(services, caller, params.id, body),
      }),
    ),
    route(
      {
        method: "get",
        path: "/triggers",
        action: "trigger:read",
        summary: "List the organisation's triggers",
        tag,
        answers: { 200: { description: "The triggers, the oldest first", schema: triggerListSchema } },
      },
      async ({ caller }) => {
        const rows = await services.triggering.triggers.list(caller.orgId, null);
        return { status: 200, body: { items: rows.map((row) => showTrigger(row, services.publicUrl)) } };
      },
    ),
    route(
      {
        method: "post",
        path: "/schedules/preview",
        action: "trigger:read",
        summary: "When a cron expression fires next",
        tag,
        body: previewScheduleSchema,
        answers: { 200: { description: "The next moments", schema: schedulePreviewSchema } },
      },
      async ({ body }) => {
        const { triggers, cron } = services.triggering;
        checkSchedule(cron, body);
        const times = cron.next(body.cron, body.timeZone, await triggers.now(), body.count);
        return { status: 200, body: { times: times.map((time) => new Date(time).toISOString()) } };
      },
    ),
  ];
}

function callbackRoute(services: Services): Route {
  return route(
    {
      method: "post",
      path: "/runs/{id}/callback-address",
      action: "run:control",
      summary: "The address that ends a step's wait for a callback, once",
      tag: "Runs",
      params: idParamsSchema,
      body: callbackAddressSchema,
      answers: { 200: { description: "The address; whoever has it may call it", schema: callbackUrlSchema } },
      replay: withoutSecrets,
    },
    async ({ caller, params, body }) => ({
      status: 200,
      body: await callbackAddress(services, caller, params.id, body.step),
    }),
  );
}

function oneRoutes(services: Services): Route[] {
  const params = idParamsSchema;
  const shown = { 200: { description: "The trigger", schema: triggerSchema } };
  return [
    route(
      {
        method: "get",
        path: "/triggers/{id}",
        action: "trigger:read",
        summary: "Get a trigger",
        tag,
        params,
        answers: shown,
      },
      async ({ caller, params }) => ({
        status: 200,
        body: showTrigger(await findTrigger(services.triggering.triggers, caller, params.id), services.publicUrl),
      }),
    ),
    route(
      {
        method: "patch",
        path: "/triggers/{id}",
        action: "trigger:write",
        summary: "Change, pause or resume a trigger",
        tag,
        params,
        body: changeTriggerSchema,
        maxBytes: configBytes,
        answers: shown,
      },
      async ({ caller, params, body }) => ({
        status: 200,
        body: await changeTrigger(services, caller, params.id, body),
      }),
    ),
    route(
      {
        method: "delete",
        path: "/triggers/{id}",
        action: "trigger:write",
        summary: "Delete a trigger; the runs it started stay",
        tag,
        params,
        answers: shown,
      },
      async ({ caller, params }) => ({ status: 200, body: await removeTrigger(services, caller, params.id) }),
    ),
    route(
      {
        method: "post",
        path: "/triggers/{id}/rotate",
        action: "trigger:write",
        summary: "Give a trigger another secret or another address, shown this once",
        tag,
        params,
        body: rotateTriggerSchema,
        answers: { 200: { description: "The trigger with what is new", schema: madeTriggerSchema } },
        replay: withoutSecrets,
      },
      async ({ caller, params, body }) => ({
        status: 200,
        body: await rotateTrigger(services, caller, params.id, body),
      }),
    ),
  ];
}

function deliveryRoutes(services: Services): Route[] {
  return [
    route(
      {
        method: "get",
        path: "/triggers/{id}/deliveries",
        action: "trigger:read",
        summary: "List what set a trigger off, and what came of it",
        tag,
        params: idParamsSchema,
        query: deliveryListQuerySchema,
        answers: { 200: { description: "A page of deliveries, the newest first", schema: deliveryPageSchema } },
      },
      async ({ caller, params, query }) => ({
        status: 200,
        body: await listDeliveries(services.triggering, caller, params.id, query),
      }),
    ),
    route(
      {
        method: "post",
        path: "/triggers/{id}/deliveries/{deliveryId}/redeliver",
        action: "run:start",
        summary: "Start another run from what came then",
        tag,
        params: deliveryParamsSchema,
        answers: { 200: { description: "The new delivery", schema: deliverySchema } },
      },
      async ({ caller, params }) => ({
        status: 200,
        body: await redeliver(services, caller, params.id, params.deliveryId),
      }),
    ),
  ];
}
