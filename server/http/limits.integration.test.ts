import { afterAll, beforeAll, expect, test } from "vitest";
import { startRecorder, type Recorder } from "../../workers/faults/recorder.ts";
import { askingFile, startTestApi, until, type TestApi } from "./test-api.ts";

let recorder: Recorder;
let api: TestApi;
let as: string;
beforeAll(async () => {
  recorder = await startRecorder();
  api = await startTestApi(["postgres", "redis", "supabase", "worker"], {
    BATON_ALLOW_PRIVATE: recorder.host,
    BATON_MAX_QUEUED_RUNS: "500",
    BATON_RATE_LIMIT: "300",
  });
  as = api.home.keys.owner;
});
afterAll(async () => {
  await api?.stop();
  await recorder?.close();
});

const unbounded = { monthlyBudgetUsd: null, queuedRuns: null, steps: null, workflows: {}, agents: {}, providers: {} };

test("limits are read by members, set by admins, and stay within the organisation", async () => {
  const viewer = api.home.keys.viewer;
  const before = await api.call("GET", "/limits", { as: viewer });
  expect(before.json).toEqual({
    limits: unbounded,
    now: { queuedRuns: 0, mostQueuedRuns: 500, spentThisMonthUsd: 0 },
  });
  expect(before.headers.get("x-ratelimit-limit")).toBe("3000");
  expect((await api.call("PUT", "/limits", { as: api.home.keys.builder, body: {} })).status).toBe(403);
  const set = await api.call("PUT", "/limits", {
    as,
    body: { steps: 9, monthlyBudgetUsd: 12.5, providers: { Own: 3 } },
  });
  expect(set.json.limits).toEqual({ ...unbounded, steps: 9, monthlyBudgetUsd: 12.5, providers: { Own: 3 } });
  const { rows } = await api.pool.query(
    "select settings #>> '{budget,monthlyUsd}' as budget from organizations where id = $1",
    [api.home.id],
  );
  expect(rows[0].budget).toBe("12.5");
  expect((await api.call("GET", "/limits", { as: api.foreign.keys.owner })).json.limits).toEqual(unbounded);
  expect((await api.call("PUT", "/limits", { as, body: { steps: 0 } })).json.errors[0].path).toBe("/steps");
  await api.call("PUT", "/limits", { as, body: {} });
});

test("a workflow's limit holds over all of its runs, and each of them ends", { timeout: 60_000 }, async () => {
  const file = {
    schemaVersion: 1,
    name: "Bounded",
    nodes: [
      { id: "start", type: "start" },
      { id: "call", type: "http", config: { url: `${recorder.url}/bounded?ms=150` } },
    ],
    edges: [{ id: "e", source: "start", target: "call" }],
  };
  const workflow = (await api.call("POST", "/workflows", { as, body: file })).json.id;
  await api.call("PUT", "/limits", { as, body: { workflows: { [workflow]: 2 } } });
  const runs = await Promise.all(
    Array.from({ length: 6 }, () => api.call("POST", `/workflows/${workflow}/runs`, { as, body: {} })),
  );
  for (const { json } of runs) {
    await until(
      "the end of a run",
      () => api.call("GET", `/runs/${json.id}`, { as }),
      (reply) => reply.json.status === "completed",
      40_000,
    );
  }
  // How many were at work at once, from the journals themselves.
  const { rows } = await api.pool.query<{ most: number }>(
    `with steps as (
       select run_id, min(at) filter (where type = 'step-started') as began, max(at) filter (where type = 'step-completed') as ended
       from public.run_events where run_id = any ($1::uuid[]) and step_id = 'call' group by run_id)
     select max((select count(*) from steps other where other.began <= one.began and other.ended > one.began))::int as most
     from steps one`,
    [runs.map(({ json }) => json.id)],
  );
  expect(rows[0]?.most).toBeLessThanOrEqual(2);
  await api.call("PUT", "/limits", { as, body: {} });
});

/** Calls another workflow once it is told to. */
function callingFile(workflow: string): object {
  return {
    schemaVersion: 1,
    name: "Calls",
    nodes: [
      { id: "start", type: "start" },
      { id: "told", type: "wait", config: { mode: "event", event: "go" } },
      { id: "call", type: "sub-workflow", config: { workflow, input: {} } },
    ],
    edges: [
      { id: "a", source: "start", target: "told" },
      { id: "b", source: "told", target: "call" },
    ],
  };
}

test("too many queued runs are refused with 429, when to come again, and a code; nothing of them is stored", async () => {
  const workflow = (await api.call("POST", "/workflows", { as, body: askingFile() })).json.id;
  const source = (await api.call("POST", `/workflows/${workflow}/runs`, { as, body: {} })).json.id;
  const caller = (await api.call("POST", "/workflows", { as, body: callingFile(workflow) })).json.id;
  const parent = (await api.call("POST", `/workflows/${caller}/runs`, { as, body: {} })).json.id;
  const parentNow = () => api.call("GET", `/runs/${parent}`, { as });
  await until("the caller to wait", parentNow, (reply) => reply.json.status === "waiting");
  const { rows } = await api.pool.query(
    `insert into public.runs (org_id, workflow_id, version, workflow_name, created_at)
     select $1, $2, 1, 'Asks', now() + interval '1 day' from generate_series(1, 500) returning id`,
    [api.home.id, workflow],
  );
  const start = () => api.call("POST", `/workflows/${workflow}/runs`, { as, body: {} });
  const refused = await until("a refusal", start, (reply) => reply.status !== 202);
  expect([refused.status, refused.json.code]).toEqual([429, "RUN_QUEUE_FULL"]);
  expect(refused.headers.get("content-type")).toContain("application/problem+json");
  expect(refused.headers.get("retry-after")).toBe("2");
  const fork = await api.call("POST", `/runs/${source}/fork`, { as, body: { at: 1 } });
  expect([fork.status, fork.json.code], fork.text).toEqual([429, "RUN_QUEUE_FULL"]);
  // A sub-workflow waits for room.
  await api.call("POST", "/events", { as, body: { name: "go", payload: {} } });
  const called = () =>
    api.pool.query("select 1 from public.run_events where run_id = $1 and type = 'child-started'", [parent]);
  await until("the call", called, ({ rowCount }) => rowCount === 1);
  const children = () => api.pool.query("select 1 from public.runs where parent_run_id = $1", [parent]);
  // Whoever sends without an id is told to come again, and what was refused is not tried beside that.
  const hook = { kind: "webhook", name: "In", config: { signature: "none" } };
  const { trigger, url } = (await api.call("POST", `/workflows/${workflow}/triggers`, { as, body: hook })).json;
  const sent = await fetch(new URL(new URL(url).pathname, api.url), { method: "POST", body: "{}" });
  expect([sent.status, sent.headers.get("retry-after")]).toEqual([429, "2"]);
  const deliveries = await api.call("GET", `/triggers/${trigger.id}/deliveries`, { as });
  expect(deliveries.json.items).toMatchObject([{ status: "refused", error: { code: "RUN_QUEUE_FULL" } }]);
  const metrics = await fetch(`${api.url}/metrics`);
  expect(await metrics.text()).toMatch(/baton_runs_refused_total [1-9]/);
  expect((await api.call("GET", "/limits", { as })).json.now.queuedRuns).toBe(500);
  const theirs = (await api.call("POST", "/workflows", { as: api.foreign.keys.owner, body: askingFile() })).json.id;
  const other = await api.call("POST", `/workflows/${theirs}/runs`, { as: api.foreign.keys.owner, body: {} });
  expect(other.status).toBe(202);
  expect((await children()).rowCount).toBe(0);
  await api.pool.query("delete from public.runs where id = any ($1::uuid[])", [rows.map(({ id }) => id)]);
  await until("the sub-workflow", children, ({ rowCount }) => rowCount === 1);
  await until("room", start, (reply) => reply.status === 202);
});

test("breakers that opened are listed with when they are tried again, to their organisation alone", async () => {
  const made = await api.call("POST", "/agents", { as, body: { name: "Shaky" } });
  expect((await api.call("GET", "/breakers", { as })).json).toEqual({ items: [] });
  const broken = {
    schemaVersion: 1,
    name: "Calls what is away",
    nodes: [
      { id: "start", type: "start" },
      {
        id: "call",
        type: "http",
        config: { url: `${recorder.url}/broken?status=503` },
        retry: { maxAttempts: 6, backoff: "fixed", delayMs: 0 },
      },
    ],
    edges: [{ id: "e", source: "start", target: "call" }],
  };
  const workflow = (await api.call("POST", "/workflows", { as, body: broken })).json.id;
  await api.call("POST", `/workflows/${workflow}/runs`, { as, body: {} });
  const open = await until(
    "the breaker to open",
    () => api.call("GET", "/breakers", { as }),
    (reply) => reply.json.items.some((one: { state: string }) => one.state === "open"),
  );
  expect(open.json.items[0]).toMatchObject({ kind: "host", name: recorder.host, label: recorder.host, failures: 5 });
  expect(Date.parse(open.json.items[0].openUntil)).toBeGreaterThan(Date.now() - 1_000);
  expect((await api.call("GET", "/breakers", { as: api.foreign.keys.owner })).json.items).toEqual([]);
  expect(made.status).toBe(201);
});
