import { beforeEach, expect, test } from "vitest";
import type { Hono } from "hono";
import { errorCodes } from "../../engine/errors.ts";
import { addKey, memory, memoryServices, type Memory } from "../test-services.ts";
import { allRoutes, createApp } from "./app.ts";
import { describeApi } from "./openapi.ts";
import { statusOf } from "./problem.ts";
import type { Services } from "../services.ts";

const orgId = "00000000-0000-4000-8000-00000000000a";

let at: Memory;
let services: Services;
let app: Hono;
let owner: string;
beforeEach(() => {
  at = memory();
  services = memoryServices(at);
  app = createApp(services, { checkAnswers: true });
  owner = addKey(at, orgId, "owner");
});

const file = {
  schemaVersion: 1,
  name: "Adds one",
  nodes: [
    { id: "start", type: "start" },
    { id: "result", type: "output", config: { value: "{{ input.n + 1 }}" } },
  ],
  edges: [{ id: "e1", source: "start", target: "result" }],
};
/** The same with a wait before: only a worker can take it to its end. */
const waiting = {
  ...file,
  nodes: [...file.nodes, { id: "pause", type: "wait", config: { mode: "duration", durationMs: 1_000 } }],
  edges: [
    { id: "e1", source: "start", target: "pause" },
    { id: "e2", source: "pause", target: "result" },
  ],
};

async function send(
  method: string,
  path: string,
  options: { as?: string; body?: unknown; headers?: Record<string, string> } = {},
) {
  const response = await app.request(`/api/v1${path}`, {
    method,
    headers: {
      ...(options.as === undefined ? {} : { authorization: `Bearer ${options.as}` }),
      ...(options.body === undefined ? {} : { "content-type": "application/json" }),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, json: text === "" ? null : JSON.parse(text) };
}

async function importFile(body: object = waiting): Promise<string> {
  return (await send("POST", "/workflows", { as: owner, body })).json.id;
}

test("every error code has a status of its class", () => {
  for (const code of errorCodes) expect(statusOf(code), code).toBeGreaterThanOrEqual(400);
});

test("every route is described once, with a unique name and its action", () => {
  const routes = allRoutes(services);
  const document = JSON.stringify(describeApi(routes, "/api/v1"));
  const names = [...document.matchAll(/"operationId":"(\w+)"/g)].map((match) => match[1]);
  expect(new Set(names).size).toBe(routes.length);
  // References of zod's own would point nowhere inside this document.
  expect([...document.matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1])).toEqual(
    routes.map(() => "#/components/schemas/Problem"),
  );
});

test("a run is stored and answered although Redis is away", async () => {
  const workflow = await importFile();
  at.redisDown = new Error("connect ECONNREFUSED");
  const started = await send("POST", `/workflows/${workflow}/runs`, { as: owner, body: { input: { n: 1 } } });
  expect(started.status).toBe(202);
  expect(at.runs.size).toBe(1);
  expect(at.logged).toContainEqual(expect.objectContaining({ message: "run not announced; the sweep will find it" }));
  at.redisDown = null;
  await send("POST", `/workflows/${workflow}/runs`, { as: owner, body: { input: { n: 1 } } });
  expect(at.woken).toHaveLength(1);
});

test("a run that only computes ends where it arrives, as one write and without a worker", async () => {
  const workflow = await importFile(file);
  at.redisDown = new Error("away");
  const path = `/workflows/${workflow}/runs`;
  const { status, json: run } = await send("POST", `${path}?wait=5`, { as: owner, body: { input: { n: 1 } } });
  expect([status, run.status, run.output, run.steps.length]).toEqual([200, "completed", 2, 2]);
  expect((await send("GET", `/runs/${run.id}`, { as: owner })).json).toMatchObject({ output: 2, steps: run.steps });
  expect(at.events.get(run.id)!.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  expect(at.broadcast).toEqual([run.id]);
  expect((await send("POST", path, { as: owner, body: { input: { n: 1 } } })).json.status).toBe("queued");
  expect(at.runs.size).toBe(2);
});

test("a run starts with the version that is published when it is stored", async () => {
  const workflow = await importFile(file);
  const once = () => send("POST", `/workflows/${workflow}/runs?wait=5`, { as: owner, body: { input: { n: 1 } } });
  expect((await once()).json.output).toBe(2);
  // Another process publishes: this one remembers version 1.
  at.versions.set(`${workflow}:2`, JSON.parse(JSON.stringify(file).replace("+ 1", "+ 2")));
  at.workflows.get(workflow)!.publishedVersion = 2;
  expect((await once()).json).toMatchObject({ output: 3, version: 2 });
  at.workflows.delete(workflow);
  expect((await once()).status).toBe(404);
});

test("waiting for a run ends with the run, announced or not", async () => {
  const workflow = await importFile();
  at.redisDown = new Error("away");
  const answer = send("POST", `/workflows/${workflow}/runs?wait=20`, { as: owner, body: { input: { n: 1 } } });
  await expect.poll(() => at.runs.size).toBe(1);
  for (const run of at.runs.values()) {
    at.events.get(run.id)!.push({ type: "run-started", seq: 2, at: at.now });
    at.events
      .get(run.id)!
      .push({ type: "run-cancelled", by: { kind: "system", id: null, label: "x" }, reason: "", seq: 3, at: at.now });
    Object.assign(run, { status: "cancelled", lastSeq: 3 });
  }
  const ended = await answer;
  expect([ended.status, ended.json.status, ended.json.seq]).toEqual([200, "cancelled", 3]);
  const late = await send("POST", `/workflows/${workflow}/runs?wait=0.05`, { as: owner, body: { input: { n: 1 } } });
  expect([late.status, late.json.status]).toEqual([202, "queued"]);
});

test("signals are written before they are announced, and only where they make sense", async () => {
  const workflow = await importFile();
  const { json: run } = await send("POST", `/workflows/${workflow}/runs`, { as: owner, body: {} });
  expect((await send("POST", `/runs/${run.id}/cancel`, { as: owner, body: { reason: "no" } })).status).toBe(202);
  expect(at.signals).toMatchObject([{ kind: "cancel", payload: { reason: "no", by: { kind: "api_key" } } }]);
  expect(at.posted).toMatchObject([
    { runId: run.id, entries: [{ id: "signal-1", signal: 1, input: { type: "cancel", reason: "no" } }] },
  ]);
  expect((await send("POST", `/runs/${run.id}/retry`, { as: owner })).status).toBe(409);
  at.runs.get(run.id)!.status = "failed";
  const unknown = await send("POST", `/runs/${run.id}/retry`, { as: owner, body: { from: "nowhere" } });
  expect([unknown.status, unknown.json.errors[0].path]).toEqual([422, "/from"]);
  expect((await send("POST", `/runs/${run.id}/retry`, { as: owner, body: { from: "result" } })).status).toBe(202);
  expect((await send("POST", `/runs/${run.id}/pause`, { as: owner })).status).toBe(409);
});

test("what nobody expected is told without details and logged with its request", async () => {
  services.workflows.get = async () => {
    throw new Error("password is hunter2");
  };
  const failed = await send("GET", `/workflows/${orgId}`, { as: owner });
  expect([failed.status, failed.json.code]).toEqual([500, "INTERNAL"]);
  expect(JSON.stringify(failed.json)).not.toContain("hunter2");
  expect(at.logged).toContainEqual(
    expect.objectContaining({ level: "error", fields: expect.objectContaining({ requestId: failed.json.requestId }) }),
  );
  expect(failed.headers.get("x-request-id")).toBe(failed.json.requestId);
});

test.each(["ECONNREFUSED", "53100"])("a database that is away or full (%s) is 503, to be tried again", async (code) => {
  services.workflows.get = async () => {
    throw Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:5432"), { code });
  };
  const failed = await send("GET", `/workflows/${orgId}`, { as: owner });
  expect([failed.status, failed.json.code, failed.headers.get("retry-after")]).toEqual([
    503,
    "SERVICE_UNAVAILABLE",
    "2",
  ]);
  expect(JSON.stringify(failed.json)).not.toContain("5432");
});

test("callers and strangers have their own buckets, and each answer says what is left", async () => {
  const { limiter } = services;
  const small = { capacity: 5, refillPerSecond: 2 };
  services.limiter = { take: (key) => limiter.take(key, small) };
  const other = addKey(at, orgId, "viewer");
  for (const left of ["4", "3", "2", "1", "0"]) {
    const reply = await send("GET", "/runs", { as: owner });
    expect(reply.headers.get("x-ratelimit-remaining")).toBe(left);
    expect(reply.headers.get("x-ratelimit-limit")).toBe("5");
  }
  const over = await send("GET", "/runs", { as: owner });
  expect([over.status, over.json.code, over.headers.get("retry-after")]).toEqual([429, "RATE_LIMITED", "1"]);
  expect((await send("GET", "/runs", { as: other })).status).toBe(200);
  at.now += 1_000;
  expect((await send("GET", "/runs", { as: owner })).status).toBe(200);
  for (let guess = 0; guess < 5; guess++) await send("GET", "/runs", { as: `guess-${guess}` });
  expect((await send("GET", "/runs", { as: "guess" })).status).toBe(429);
  expect((await send("GET", "/health")).status).toBe(200);
});

test("a HEAD is a GET without a body, and never decides", async () => {
  const head = await send("HEAD", "/runs", { as: owner });
  expect([head.status, head.json]).toEqual([200, null]);
  const refused = await send("HEAD", "/approvals/x/decision", { as: owner });
  expect([refused.status, refused.json, refused.headers.get("allow")]).toEqual([405, null, "POST"]);
});

test("a draft is saved over its own revision only", async () => {
  const id = await importFile();
  const put = (body: unknown, headers: Record<string, string> = {}) =>
    send("PUT", `/workflows/${id}`, { as: owner, body, headers });
  expect((await put(file)).json.errors[0].path).toBe("If-Match");
  expect((await put({ definition: file })).json.errors[0].path).toBe("/revision");
  expect((await put({ revision: 1 })).json.errors[0].path).toBe("/definition");
  expect((await put({ revision: 1, definition: file, orgId })).json.errors[0].path).toBe("/orgId");
  expect((await put({ revision: 1, definition: { ...file, nodes: [], edges: [] } })).json.revision).toBe(2);
  const published = await send("POST", `/workflows/${id}/publish`, { as: owner });
  expect([published.status, published.json.code]).toEqual([422, "WORKFLOW_INVALID"]);
  const lost = await put(file, { "if-match": '"1"' });
  expect([lost.status, lost.json.current.definition.nodes]).toEqual([409, []]);
  expect((await put(file, { "if-match": 'W/"2"' })).json.revision).toBe(3);
  expect((await send("POST", `/workflows/${id}/publish`, { as: owner, body: { revision: 2 } })).status).toBe(409);
  expect((await send("POST", `/workflows/${id}/publish`, { as: owner, body: {} })).json.version).toBe(2);
});
