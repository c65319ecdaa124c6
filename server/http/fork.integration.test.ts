import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunEvent } from "../../engine/run/event.ts";
import { verifyJournal } from "../../engine/run/verify.ts";
import { compile } from "../../engine/workflow/compile.ts";
import { catalogue } from "../../nodes/catalog/definitions.ts";
import { startTestApi, until, type TestApi } from "./test-api.ts";

let api: TestApi;
let as: string;
beforeAll(async () => {
  api = await startTestApi(["postgres", "redis", "supabase", "model", "worker"]);
  as = api.home.keys.owner;
});
afterAll(() => api.stop());

const file = {
  schemaVersion: 1,
  name: "Writes and asks",
  variables: [{ name: "tone", type: "string", default: "plain" }],
  nodes: [
    { id: "start", type: "start" },
    { id: "write", type: "agent", config: { prompt: "Write a line." } },
    { id: "topic", type: "transform", config: { value: "{{ input.topic }}" } },
    { id: "ask", type: "approval", config: { title: "Send it?" } },
    { id: "sent", type: "output", config: { value: { tone: "{{ vars.tone }}", topic: "{{ topic.outputs }}" } } },
  ],
  edges: [
    { id: "a", source: "start", target: "write" },
    { id: "b", source: "start", target: "topic" },
    { id: "c", source: "write", target: "ask" },
    { id: "d", source: "topic", target: "ask" },
    { id: "e", source: "ask", sourcePort: "approve", target: "sent" },
  ],
};

async function journalOf(run: string): Promise<RunEvent[]> {
  return (await api.call("GET", `/runs/${run}/events?limit=1000`, { as })).json.events;
}

async function asked(run: string): Promise<string> {
  const page = await until(
    "the request",
    () => api.call("GET", `/approvals?status=pending&runId=${run}`, { as }),
    (reply) => reply.json.items.length === 1,
  );
  return page.json.items[0].id;
}

async function approve(run: string): Promise<{ status: string; output: unknown; steps: { step: string }[] }> {
  const id = await asked(run);
  const decided = await api.call("POST", `/approvals/${id}/decision`, { as, body: { decision: "approve" } });
  expect(decided.status, decided.text).toBe(200);
  const ended = await until(
    "the end",
    () => api.call("GET", `/runs/${run}`, { as }),
    (reply) => ["completed", "failed"].includes(reply.json.status),
  );
  return ended.json;
}

test("a run is changed while it waits and forked where it waited; both say so, and nothing is asked of the model again", async () => {
  const made = await api.call("POST", "/workflows", { as, body: file });
  expect(made.status, made.text).toBe(201);
  const started = await api.call("POST", `/workflows/${made.json.id}/runs`, { as, body: { input: { topic: "tea" } } });
  const run: string = started.json.id;
  await asked(run);

  const change = (body: object) => api.call("PATCH", `/runs/${run}/variables`, { as, body });
  expect((await change({ variables: { volume: 3 } })).json).toMatchObject({ errors: [{ path: "/variables/volume" }] });
  expect((await change({})).status).toBe(422);
  expect((await change({ variables: { tone: "warm" } })).status).toBe(202);
  const journal = await until(
    "the change",
    () => journalOf(run),
    (events) => events.some(({ type }) => type === "run-changed"),
  );
  expect(journal.find(({ type }) => type === "run-changed")).toMatchObject({
    vars: { tone: "warm" },
    by: { kind: "api_key" },
  });

  const at = journal.length;
  const fork = (body: object) => api.call("POST", `/runs/${run}/fork`, { as, body });
  expect((await fork({ at: at + 50 })).status).toBe(422);
  const same = await fork({ at });
  const other = await fork({ at, input: { topic: "rain" } });
  expect([same.status, other.status], same.text + other.text).toEqual([202, 202]);

  expect(await approve(run)).toMatchObject({ status: "completed", output: { tone: "warm", topic: "tea" } });
  expect(await approve(same.json.id)).toMatchObject({
    status: "completed",
    output: { tone: "warm", topic: "tea" },
    forkOf: { id: run, at },
  });
  expect(await approve(other.json.id)).toMatchObject({ status: "completed", output: { tone: "warm", topic: "rain" } });
  const source = await api.call("GET", `/runs/${run}`, { as });
  expect(source.json.forks).toEqual([
    { id: same.json.id, at },
    { id: other.json.id, at },
  ]);

  const compiled = compile(file, catalogue);
  if (!compiled.ok) throw new Error("The workflow does not compile.");
  for (const id of [run, same.json.id, other.json.id]) {
    const events = await journalOf(id);
    expect(verifyJournal(id, events, { plan: compiled.plan, ended: true })).toEqual([]);
    // The answer was paid for once, by the run that asked.
    const paid = events.filter((event) => event.type === "step-completed" && event.usage !== undefined);
    expect(paid).toHaveLength(id === run ? 1 : 0);
  }
  const strange = await api.call("POST", `/runs/${run}/fork`, { as: api.foreign.keys.owner, body: { at } });
  expect(strange.status).toBe(404);
}, 60_000);
