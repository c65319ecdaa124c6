import { idParamsSchema, jsonValueSchema } from "../../../contracts/api/common.ts";
import {
  cancelBodySchema,
  changeBodySchema,
  emptyBodySchema,
  eventPageSchema,
  eventsQuerySchema,
  forkBodySchema,
  retryBodySchema,
  runListQuerySchema,
  runPageSchema,
  runSchema,
  startAnswerSchema,
  startRunSchema,
  artifactParamsSchema,
  waitQuerySchema,
} from "../../../contracts/api/run.ts";
import type { Caller } from "../../auth/caller.ts";
import { awaitRun } from "../../runs/await-run.ts";
import { cancelRun, changeRun, pauseRun, resumeRun, retryRun } from "../../runs/control-run.ts";
import { forkRun } from "../../runs/fork-run.ts";
import { getRun, readArtifact } from "../../runs/get-run.ts";
import { listRuns } from "../../runs/list-runs.ts";
import { readEvents } from "../../runs/read-events.ts";
import { startRun, type StartRequest } from "../../runs/start-run.ts";
import { RunViews } from "../../runs/run-views.ts";
import type { Services } from "../../services.ts";
import { streamEvents } from "../event-stream.ts";
import { route, type Answer, type Route } from "../route.ts";

const tag = "Runs";
/** An input of 256 KiB and what stands around it; a larger one is refused by the use case, which says why. */
const startBytes = 1_000_000;
const accepted = { 202: { description: "Asked for; the journal tells when it happened", schema: startAnswerSchema } };

const artifactWords =
  "Where a step was given or gave more than 256 KiB, { $artifact, bytes, kind, length } stands for it; /runs/{id}/artifacts/{$artifact} gives it.";

/** With the runs that were folded for others. */
type Reading = Services & { views: RunViews };

export function runRoutes(services: Services): Route[] {
  const reading = { ...services, views: new RunViews(services.runs) };
  return [...readingRoutes(reading), startRoute(reading), ...controlRoutes(services), ...changeRoutes(services)];
}

function startRoute(services: Reading): Route {
  return route(
    {
      method: "post",
      path: "/workflows/{id}/runs",
      action: "run:start",
      summary: "Start a run",
      tag,
      params: idParamsSchema,
      query: waitQuerySchema,
      body: startRunSchema.default({ input: {}, priority: 0 }),
      maxBytes: startBytes,
      tooLarge: "VALUE_TOO_LARGE",
      answers: {
        202: { description: "Queued: the run is stored and will run", schema: startAnswerSchema },
        200: { description: "With `wait`, the run that ended in time", schema: runSchema },
      },
    },
    async ({ caller, params, query, body, idempotencyKey, context }) => {
      const request = { ...body, idempotencyKey, waits: query.wait > 0 };
      return start(services, caller, params.id, request, query.wait * 1_000, context.req.raw.signal);
    },
  );
}

async function start(
  services: Reading,
  caller: Caller,
  workflowId: string,
  request: StartRequest,
  waitMs: number,
  signal: AbortSignal,
): Promise<Answer> {
  const { id, status, finished } = await startRun(services, caller, workflowId, request);
  const headers = { Location: `/api/v1/runs/${id}` };
  if (finished !== null) return { status: 200, body: finished, headers };
  if (waitMs > 0 && (await awaitRun(services, id, waitMs, signal))) {
    return { status: 200, body: await getRun(services, caller, id), headers };
  }
  return { status: 202, body: { id, status }, headers };
}

function readingRoutes(services: Reading): Route[] {
  return [
    route(
      {
        method: "get",
        path: "/runs",
        action: "run:read",
        summary: "List runs, the newest first",
        tag,
        query: runListQuerySchema,
        answers: { 200: { description: "A page of runs", schema: runPageSchema } },
      },
      async ({ caller, query }) => ({ status: 200, body: await listRuns(services.runs, caller, query) }),
    ),
    route(
      {
        method: "get",
        path: "/runs/{id}",
        action: "run:read",
        summary: "Get a run with its steps",
        tag,
        params: idParamsSchema,
        answers: { 200: { description: `The run, its output whole. ${artifactWords}`, schema: runSchema } },
      },
      async ({ caller, params }) => ({ status: 200, body: await getRun(services, caller, params.id) }),
    ),
    route(
      {
        method: "get",
        path: "/runs/{id}/events",
        action: "run:read",
        summary: "Read the journal, or follow it as an event stream",
        tag,
        params: idParamsSchema,
        query: eventsQuerySchema,
        answers: { 200: { description: "A page of the journal, or text/event-stream", schema: eventPageSchema } },
      },
      async ({ caller, params, query, context }) => {
        const wanted = context.req.header("accept") ?? "";
        if (wanted.includes("text/event-stream"))
          return streamEvents(services, caller, params.id, query.after, context);
        return { status: 200, body: await readEvents(services.runs, caller, params.id, query) };
      },
    ),
    route(
      {
        method: "get",
        path: "/runs/{id}/artifacts/{artifact}",
        action: "run:read",
        summary: "Read a value of a run that is too large to stand in its events",
        tag,
        params: artifactParamsSchema,
        answers: { 200: { description: "The value", schema: jsonValueSchema } },
      },
      async ({ caller, params }) => ({ status: 200, body: await readArtifact(services.runs, caller, params) }),
    ),
  ];
}

function changeRoutes(services: Services): Route[] {
  return [
    route(
      {
        method: "patch",
        path: "/runs/{id}/variables",
        action: "run:control",
        summary: "Change variables of a run under way, or the inputs of steps that have not ended",
        tag,
        params: idParamsSchema,
        body: changeBodySchema,
        maxBytes: startBytes,
        tooLarge: "VALUE_TOO_LARGE",
        answers: accepted,
      },
      async ({ caller, params, body }) => ({ status: 202, body: await changeRun(services, caller, params.id, body) }),
    ),
    route(
      {
        method: "post",
        path: "/runs/{id}/fork",
        action: "run:start",
        summary: "Start a run that goes on from a moment of this one, with its input or another",
        tag,
        params: idParamsSchema,
        body: forkBodySchema,
        maxBytes: startBytes,
        tooLarge: "VALUE_TOO_LARGE",
        answers: { 202: { description: "The new run", schema: startAnswerSchema } },
      },
      async ({ caller, params, body }) => {
        const run = await forkRun(services, caller, params.id, body);
        return { status: 202, body: run, headers: { Location: `/api/v1/runs/${run.id}` } };
      },
    ),
  ];
}

function controlRoutes(services: Services): Route[] {
  const spec = { method: "post", action: "run:control", tag, params: idParamsSchema, answers: accepted } as const;
  return [
    route(
      {
        ...spec,
        path: "/runs/{id}/cancel",
        summary: "Stop a run for good",
        body: cancelBodySchema.default({ reason: "" }),
      },
      async ({ caller, params, body }) => ({
        status: 202,
        body: await cancelRun(services, caller, params.id, body.reason),
      }),
    ),
    route(
      {
        ...spec,
        path: "/runs/{id}/pause",
        summary: "Begin no new step until resumed",
        body: emptyBodySchema.default({}),
      },
      async ({ caller, params }) => ({ status: 202, body: await pauseRun(services, caller, params.id) }),
    ),
    route(
      { ...spec, path: "/runs/{id}/resume", summary: "Go on with a paused run", body: emptyBodySchema.default({}) },
      async ({ caller, params }) => ({ status: 202, body: await resumeRun(services, caller, params.id) }),
    ),
    route(
      {
        ...spec,
        path: "/runs/{id}/retry",
        summary: "Continue a failed run, keeping what completed",
        body: retryBodySchema.default({}),
      },
      async ({ caller, params, body }) => ({
        status: 202,
        body: await retryRun(services, caller, params.id, body.from),
      }),
    ),
  ];
}
