import { randomUUID } from "node:crypto";
import {
  busEventPageSchema,
  busEventQuerySchema,
  eventTypeListSchema,
  eventTypeParamsSchema,
  eventTypeSchema,
  publishedEventSchema,
  publishEventSchema,
  putEventTypeSchema,
} from "../../../contracts/api/event.ts";
import { auditEntry } from "../../audit.ts";
import { actorOf, userIdOf } from "../../auth/caller.ts";
import { notFound } from "../../not-found.ts";
import { decodeCursor, encodeCursor } from "../../page.ts";
import { checkInputSchema } from "../../runs/check-input.ts";
import type { Services } from "../../services.ts";
import { route, type Route } from "../route.ts";

const tag = "Events";
const payloadBytes = 300_000;

export function eventRoutes(services: Services): Route[] {
  return [...busRoutes(services), ...typeRoutes(services)];
}

function busRoutes(services: Services): Route[] {
  return [
    route(
      {
        method: "post",
        path: "/events",
        action: "event:publish",
        summary: "Tell the organisation's bus an event: triggers and runs that listen get it",
        tag,
        body: publishEventSchema,
        maxBytes: payloadBytes,
        answers: { 202: { description: "Written down, and on its way", schema: publishedEventSchema } },
      },
      async ({ caller, body }) => {
        const { id, ...event } = body;
        const published = await services.triggering.publisher.publish({
          ...event,
          orgId: caller.orgId,
          ref: id === undefined ? `once ${randomUUID()}` : `api ${id}`,
          originRunId: null,
          toldBy: actorOf(caller),
        });
        return { status: 202, body: published };
      },
    ),
    route(
      {
        method: "get",
        path: "/events",
        action: "event:read",
        summary: "List what was told on the bus, the newest first",
        tag,
        query: busEventQuerySchema,
        answers: { 200: { description: "A page of events", schema: busEventPageSchema } },
      },
      async ({ caller, query }) => {
        const page = await services.triggering.events.list(caller.orgId, {
          limit: query.limit,
          after: decodeCursor(query.cursor),
          name: query.name ?? null,
        });
        return { status: 200, body: { items: page.items, nextCursor: encodeCursor(page.next) } };
      },
    ),
  ];
}

function typeRoutes(services: Services): Route[] {
  const params = eventTypeParamsSchema;
  const answers = { 200: { description: "The event type", schema: eventTypeSchema } };
  return [
    route(
      {
        method: "get",
        path: "/event-types",
        action: "event:read",
        summary: "List event types",
        tag,
        answers: { 200: { description: "The types, by name", schema: eventTypeListSchema } },
      },
      async ({ caller }) => ({ status: 200, body: { items: await services.triggering.events.types(caller.orgId) } }),
    ),
    route(
      {
        method: "put",
        path: "/event-types/{name}",
        action: "event-type:write",
        summary: "Say what events of a name look like; others are refused from then on",
        tag,
        params,
        body: putEventTypeSchema,
        maxBytes: 100_000,
        answers,
      },
      async ({ caller, params: { name }, body }) => {
        if (body.schema !== null) checkInputSchema(body.schema);
        const audit = auditEntry(caller, "event-type-saved", { kind: "event-type", id: name });
        const by = userIdOf(caller);
        return {
          status: 200,
          body: await services.triggering.events.putType(caller.orgId, { name, ...body, by }, audit),
        };
      },
    ),
    route(
      {
        method: "delete",
        path: "/event-types/{name}",
        action: "event-type:write",
        summary: "Delete an event type; events of its name may say anything again",
        tag,
        params,
        answers,
      },
      async ({ caller, params: { name } }) => {
        const audit = auditEntry(caller, "event-type-deleted", { kind: "event-type", id: name });
        const removed = await services.triggering.events.removeType(caller.orgId, name, audit);
        if (removed === null) throw notFound("event type");
        return { status: 200, body: removed };
      },
    ),
  ];
}
