import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApi, until, type Reply, type TestApi } from "./test-api.ts";

// What is too large to stand in a run's events, through the API and across the runs of a family.

let api: TestApi;
let as: string;
beforeAll(async () => {
  api = await startTestApi(["postgres", "redis", "supabase", "worker"]);
  as = api.home.keys.owner;
});
afterAll(() => api.stop());

const page = "wide ".repeat(80_000);

const making = {
  schemaVersion: 1,
  name: "Makes a page",
  nodes: [
    { id: "start", type: "start" },
    { id: "page", type: "transform", config: { value: page } },
    { id: "out", type: "output", config: { value: { page: "{{ page.outputs }}" } } },
  ],
  edges: [
    { id: "a", source: "start", target: "page" },
    { id: "b", source: "page", target: "out" },
  ],
};

const calling = (workflow: string) => ({
  schemaVersion: 1,
  name: "Calls for a page",
  nodes: [
    { id: "start", type: "start" },
    { id: "call", type: "sub-workflow", config: { workflow, input: {} } },
    { id: "ask", type: "approval", config: { title: "Send it?" } },
    { id: "out", type: "output", config: { value: "{{ call.outputs.page.length }}" } },
  ],
  edges: [
    { id: "a", source: "start", target: "call" },
    { id: "b", source: "call", target: "ask" },
    { id: "c", source: "ask", sourcePort: "approve", target: "out" },
  ],
});

async function imported(file: object): Promise<string> {
  const reply = await api.call("POST", "/workflows", { as, body: file });
  expect(reply.status, reply.text).toBe(201);
  return reply.json.id;
}

async function stepOf(run: string, step: string): Promise<{ output: { $artifact: string } }> {
  const reply = await api.call("GET", `/runs/${run}`, { as });
  return reply.json.steps.find((each: { step: string }) => each.step === step);
}

async function approve(run: string): Promise<Reply> {
  const asked = await until(
    "the request",
    () => api.call("GET", `/approvals?status=pending&runId=${run}`, { as }),
    (reply) => reply.json.items.length === 1,
  );
  await api.call("POST", `/approvals/${asked.json.items[0].id}/decision`, { as, body: { decision: "approve" } });
  return until(
    "the end",
    () => api.call("GET", `/runs/${run}`, { as }),
    (reply) => reply.json.status === "completed",
  );
}

test("a run gives its output whole, and a step's large value by what stands for it, to its own organisation only", async () => {
  const workflow = await imported(making);
  const ended = await api.call("POST", `/workflows/${workflow}/runs?wait=30`, { as, body: { input: {} } });
  expect(ended.json, ended.text.slice(0, 500)).toMatchObject({ status: "completed", output: { page } });
  const { id: run } = ended.json;

  const step = await stepOf(run, "page");
  expect(step.output).toMatchObject({ bytes: page.length + 2, kind: "text", length: page.length });
  const address = `/runs/${run}/artifacts/${step.output.$artifact}`;
  const read = await api.call("GET", address, { as });
  expect([read.status, read.json]).toEqual([200, page]);
  expect((await api.call("GET", address, { as: api.foreign.keys.owner })).status).toBe(404);
  expect((await api.call("GET", `/runs/${run}/artifacts/${"0".repeat(64)}`, { as })).status).toBe(404);
  expect((await api.call("GET", `/runs/${run}/artifacts/page`, { as })).status).toBe(404);

  const events = await api.call("GET", `/runs/${run}/events`, { as });
  expect(events.text.length).toBeLessThan(5_000);

  await api.pool.query("delete from public.runs where id = $1", [run]);
  const { rows } = await api.pool.query("select 1 from public.run_artifacts where run_id = $1", [run]);
  expect(rows).toEqual([]);
}, 60_000);

test("a caller gets the output of a sub-workflow whole, and so does a run that goes on from a moment of another", async () => {
  const workflow = await imported(calling(await imported(making)));
  const started = await api.call("POST", `/workflows/${workflow}/runs`, { as, body: { input: {} } });
  const source: string = started.json.id;
  expect((await approve(source)).json.output).toBe(page.length);
  expect((await stepOf(source, "call")).output).toMatchObject({ kind: "object", length: 1 });

  const events = (await api.call("GET", `/runs/${source}/events?limit=1000`, { as })).json.events;
  const at = events.find(({ type }: { type: string }) => type === "approval-requested").seq;
  const forked = await api.call("POST", `/runs/${source}/fork`, { as, body: { at } });
  expect(forked.status, forked.text).toBe(202);
  // The one it goes on from may be gone before it has ended.
  await api.pool.query("delete from public.runs where id = $1", [source]);
  expect((await approve(forked.json.id)).json.output).toBe(page.length);
}, 90_000);
