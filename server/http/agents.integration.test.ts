import { afterAll, beforeAll, expect, test } from "vitest";
import { createScriptedModelServer, type ScriptedModelServer } from "../../adapters/model/scripted.ts";
import { startTestApi, until, type TestApi } from "./test-api.ts";

let api: TestApi;
let model: ScriptedModelServer;
let as: string;
beforeAll(async () => {
  model = await createScriptedModelServer();
  api = await startTestApi(["postgres", "redis", "supabase", "worker"], {
    OPENAI_BASE_URL: model.url,
    OPENAI_API_KEY: "sk-test",
    BATON_ALLOW_PRIVATE: new URL(model.url).host,
  });
  as = api.home.keys.owner;
});
afterAll(async () => {
  await api?.stop();
  await model?.close();
});

const output = {
  type: "object",
  properties: { title: { type: "string" } },
  required: ["title"],
  additionalProperties: false,
};

async function register(body: object, key = as) {
  const reply = await api.call("POST", "/agents", { as: key, body });
  expect(reply.status, reply.text).toBe(201);
  return reply.json;
}

function asks(agent: string, version: number | null = null, config: object = {}): object {
  return {
    schemaVersion: 1,
    name: "Asks an agent",
    nodes: [
      { id: "start", type: "start" },
      {
        id: "say",
        type: "agent",
        name: "Say it",
        config: { agent: { id: agent, version }, prompt: "Say it", ...config },
        retry: { maxAttempts: 1 },
      },
      { id: "again", type: "agent", config: { agent: { id: agent, version }, prompt: "And again" } },
    ],
    edges: [
      { id: "e", source: "start", target: "say" },
      { id: "f", source: "say", target: "again" },
    ],
  };
}

async function importFile(file: object, key = as): Promise<string> {
  const reply = await api.call("POST", "/workflows", { as: key, body: file });
  expect(reply.status, reply.text).toBe(201);
  return reply.json.id;
}

const start = async (workflow: string) =>
  (await api.call("POST", `/workflows/${workflow}/runs`, { as, body: {} })).json.id as string;
const ended = async (run: string) =>
  (
    await until(
      "the end of the run",
      () => api.call("GET", `/runs/${run}`, { as }),
      (reply) => ["completed", "failed"].includes(reply.json.status),
    )
  ).json;
const agentsOf = (run: { steps: { node: string; usage: { agent?: object }[] }[] }) =>
  Object.fromEntries(run.steps.map((step) => [step.node, step.usage.map(({ agent }) => agent)]));

test("an agent is registered, found, changed in versions and never overwritten", async () => {
  const made = await register({ name: "Editor", capabilities: ["Edit", "edit"], settings: { instructions: "Edit." } });
  expect(made).toMatchObject({ name: "Editor", capabilities: ["edit"], status: "active", version: 1 });
  expect(made.record).toEqual({ calls: 0, succeeded: 0, costUsd: 0, medianMs: null, lastAt: null });
  expect((await api.call("POST", "/agents", { as, body: { name: "Editor" } })).json.code).toBe("CONFLICT");
  const found = await api.call("GET", "/agents?search=EDI&capability=edit&status=active", { as });
  expect(found.json.items.map(({ id }: { id: string }) => id)).toEqual([made.id]);
  expect((await api.call("GET", "/agents?search=nobody", { as })).json.items).toEqual([]);

  const where = `/agents/${made.id}`;
  const renamed = await api.call("PATCH", where, { as, body: { description: "Edits." } });
  expect(renamed.json).toMatchObject({ version: 1, description: "Edits.", settings: { instructions: "Edit." } });
  const settings = { ...made.settings, instructions: "Edit well." };
  const changed = await api.call("PATCH", where, { as, body: { settings, version: 1, note: "Better" } });
  expect(changed.json).toMatchObject({ version: 2, settings: { instructions: "Edit well." } });
  const late = await api.call("PATCH", where, { as, body: { settings: made.settings, version: 1 } });
  expect([late.status, late.json.current.version]).toEqual([409, 2]);
  const versions = (await api.call("GET", `${where}/versions`, { as })).json.items;
  expect(versions.map((one: { version: number; note: string }) => [one.version, one.note])).toEqual([
    [2, "Better"],
    [1, ""],
  ]);
  const bad = { settings: { ...made.settings, output: { type: "object", properties: { a: { type: "nonsense" } } } } };
  expect((await api.call("PATCH", where, { as, body: bad })).json.errors[0].path).toBe("/settings/output");
  const viewer = api.home.keys.viewer;
  expect((await api.call("GET", where, { as: viewer })).status).toBe(200);
  expect((await api.call("PATCH", where, { as: viewer, body: {} })).status).toBe(403);
  expect((await api.call("GET", where, { as: api.foreign.keys.owner })).status).toBe(404);
});

test("a run keeps the version it began with, whatever is saved meanwhile, and counts for that agent", async () => {
  const one = await register({ name: "Pinned", settings: { instructions: "First." } });
  const workflow = await importFile(asks(one.id));
  model.script("Say it", ["said"]);
  model.script("And again", ["once more"]);
  expect(agentsOf(await ended(await start(workflow)))["again"]).toEqual([{ id: one.id, name: "Pinned", version: 1 }]);
  const settings = { ...one.settings, instructions: "Second." };
  expect((await api.call("PATCH", `/agents/${one.id}`, { as, body: { settings } })).json.version).toBe(2);

  const run = await start(workflow);
  model.script("Say it", ["said"]);
  model.script("And again", ["once more"]);
  expect(agentsOf(await ended(run))["say"]).toEqual([{ id: one.id, name: "Pinned", version: 2 }]);
  // Asked again, a run that was queued before still has the version of its time.
  const { rows } = await api.pool.query(
    `with older as (
       insert into public.runs (org_id, workflow_id, version, workflow_name, created_at)
       select org_id, workflow_id, version, 'x', (select created_at from public.agent_versions where agent_id = $1 and version = 1)
       from public.runs where id = $2 returning id, org_id
     ) select id, org_id from older`,
    [one.id, run],
  );
  const pin = "select public.pin_agent($1, $2, $3) as version";
  const older = [rows[0].id, rows[0].org_id, one.id];
  expect((await api.pool.query(pin, older)).rows[0].version).toBe(1);
  await api.call("PATCH", `/agents/${one.id}`, { as, body: { settings: { ...settings, instructions: "Third." } } });
  expect((await api.pool.query(pin, [run, rows[0].org_id, one.id])).rows[0].version).toBe(2);
  expect((await api.pool.query(pin, [run, api.foreign.id, one.id])).rows[0].version).toBe(null);
  const { record } = (await api.call("GET", `/agents/${one.id}`, { as })).json;
  expect(record).toMatchObject({ calls: 4, succeeded: 4 });
  const prompts = model.requests.map(({ request }) => JSON.stringify(request.messages));
  expect(prompts.filter((text) => text.includes("Second."))).toHaveLength(2);
});

test("another agent of the same capability takes over, for this organisation alone", async () => {
  const first = await register({ name: "First", capabilities: ["translate"], settings: { model: "broken" } });
  const second = await register({ name: "Second", capabilities: ["translate", "edit"] });
  await register({ name: "Theirs", capabilities: ["translate"] }, api.foreign.keys.owner);
  const workflow = await importFile(asks(first.id));
  model.script((request) => request.model === "broken", [{ fault: { status: 503 } }, { fault: { status: 503 } }]);
  model.script("Say it", ["said"]);
  model.script("And again", ["once more"]);
  const run = await ended(await start(workflow));
  expect(run.status, JSON.stringify(run.error)).toBe("completed");
  expect(agentsOf(run)["say"]?.at(-1)).toEqual({ id: second.id, name: "Second", version: 1 });
  const { record } = (await api.call("GET", `/agents/${first.id}`, { as })).json;
  expect(record).toMatchObject({ calls: 2, succeeded: 0 });

  for (const { id } of [first, second]) await api.call("PATCH", `/agents/${id}`, { as, body: { status: "disabled" } });
  const failed = await ended(await start(workflow));
  expect(failed).toMatchObject({ status: "failed", error: { code: "AGENT_UNAVAILABLE" } });
});

test("a contract that breaks workflows is told before it is saved, and saved only when accepted", async () => {
  const made = await register({ name: "Titles", settings: { output } });
  const follows = await importFile({ ...asks(made.id), name: "Follows" });
  await importFile({ ...asks(made.id, 1), name: "Pins" });
  const settings = { ...made.settings, output: { type: "object", properties: { title: { type: "string" } } } };
  const check = await api.call("POST", `/agents/${made.id}/check`, { as, body: { settings } });
  expect(check.json).toMatchObject({ compatible: false, changes: [{ side: "output", path: "/title" }] });
  const broken = check.json.breaks.map((use: { workflowName: string; where: string; node: string }) => use);
  expect(new Set(broken.map((use: { workflowName: string }) => use.workflowName))).toEqual(new Set(["Follows"]));
  expect(broken[0]).toMatchObject({ workflowId: follows, nodeName: "Say it" });

  const refused = await api.call("PATCH", `/agents/${made.id}`, { as, body: { settings } });
  expect([refused.status, refused.json.code]).toEqual([409, "AGENT_CONTRACT_BREAKS"]);
  expect(refused.json.errors[0].message).toContain("Follows");
  expect((await api.call("GET", `/agents/${made.id}`, { as })).json.version).toBe(1);
  const accepted = await api.call("PATCH", `/agents/${made.id}`, { as, body: { settings, acceptBreaking: true } });
  expect(accepted.json.version).toBe(2);
  const wider = { ...settings, output };
  expect((await api.call("POST", `/agents/${made.id}/check`, { as, body: { settings: wider } })).json.breaks).toEqual(
    [],
  );
});

test("a workflow that names an agent which is not there, or gives it too little, is not published", async () => {
  const input = { type: "object", properties: { topic: { type: "string" } }, required: ["topic"] };
  const made = await register({ name: "Asks for a topic", settings: { input } });
  const less = await api.call("POST", "/workflows", { as, body: asks(made.id) });
  expect([less.status, less.json.errors[0].code, less.json.errors[0].path]).toEqual([
    422,
    "agent-input",
    "/nodes/1/config/input/topic",
  ]);
  const foreign = await api.call("POST", "/workflows", { as: api.foreign.keys.owner, body: asks(made.id) });
  expect([foreign.status, foreign.json.errors[0].code]).toEqual([422, "missing-agent"]);
  const gone = await api.call("POST", "/workflows", { as, body: asks(made.id, 7, { input: { topic: "tea" } }) });
  expect(gone.json.errors[0].message).toContain("no version 7");
});

test("at its budget's limit a run asks a person, and goes on with what they raise it by; what it cost is counted by day", async () => {
  const owner = api.foreign.keys.owner;
  const price = { name: "small", inputUsd: 1_000, outputUsd: 2_000 };
  const provider = { name: "Own", baseUrl: `${model.url}/`, defaultModel: "small", models: [price] };
  expect((await api.call("POST", "/model-providers", { as: owner, body: provider })).status).toBe(201);
  const ask = (id: string) => ({ id, type: "agent", config: { prompt: `Say ${id}`, maxTokens: 1_000 } });
  const file = {
    schemaVersion: 1,
    name: "Spends",
    // A call of a thousand tokens is two dollars at most: one fits, two side by side do not.
    settings: { budgetUsd: 2.5, onBudget: "ask" },
    nodes: [{ id: "start", type: "start" }, ask("one"), ask("two")],
    edges: [
      { id: "e", source: "start", target: "one" },
      { id: "f", source: "one", target: "two" },
    ],
  };
  const workflow = await importFile(file, owner);
  const long = "word ".repeat(2_000);
  model.script("Say one", [long]);
  model.script("Say two", ["two"]);
  const run = (await api.call("POST", `/workflows/${workflow}/runs`, { as: owner, body: {} })).json.id;
  const page = await until(
    "the question",
    () => api.call("GET", `/approvals?runId=${run}`, { as: owner }),
    (reply) => reply.json.items.length === 1,
  );
  const [asked] = page.json.items;
  expect(asked).toMatchObject({ title: "The budget of this run is spent: raise it?", stepId: "two" });
  const decision = { decision: "raise", fields: { amountUsd: 50 } };
  const decided = await api.call("POST", `/approvals/${asked.id}/decision`, { as: owner, body: decision });
  expect(decided.status, decided.text).toBe(200);
  const over = await until(
    "the end of the run",
    () => api.call("GET", `/runs/${run}`, { as: owner }),
    (reply) => ["completed", "failed"].includes(reply.json.status),
  );
  expect(over.json.status, over.text).toBe("completed");
  const costs = Object.fromEntries(
    over.json.steps.map((step: { node: string; cost: number }) => [step.node, step.cost]),
  );
  expect(costs["one"] + costs["two"]).toBeCloseTo(over.json.cost, 8);
  const numbers = (await api.call("GET", `/workflows/${workflow}/numbers?days=2`, { as: owner })).json;
  expect(numbers.total).toMatchObject({ completed: 1, failed: 0 });
  expect(numbers.total.costUsd).toBeCloseTo(over.json.cost, 6);
  expect(numbers.days).toHaveLength(1);
  const wrong = await api.call("GET", `/workflows/${workflow}/numbers?timeZone=Moon/Base`, { as: owner });
  expect([wrong.status, wrong.json.errors[0].path]).toEqual([422, "timeZone"]);
});

test("an input that breaks workflows which call this one is told before it is published, and published only when accepted", async () => {
  const file = (input: object) => ({
    schemaVersion: 1,
    name: "Called",
    input,
    nodes: [
      { id: "start", type: "start" },
      { id: "out", type: "output", config: { value: "{{ input.topic }}" } },
    ],
    edges: [{ id: "e", source: "start", target: "out" }],
  });
  const calling = (name: string, workflow: string, version: number | "latest", more: object = { topic: "x" }) => ({
    ...file({ type: "object" }),
    name,
    nodes: [
      { id: "start", type: "start" },
      { id: "out", type: "sub-workflow", name: "Ask it", config: { workflow, version, input: more } },
    ],
  });
  const properties = { topic: { type: "string" } };
  const called = await importFile(file({ type: "object", properties }));
  await importFile(calling("Calls the newest", called, "latest"));
  await importFile(calling("Calls the first", called, 1));
  await importFile(calling("Gives more", called, "latest", { topic: "x", more: 1 }));
  let revision = 1;
  const publish = async (input: object, body: object = {}) => {
    const saved = await api.call("PUT", `/workflows/${called}`, { as, body: { revision, definition: file(input) } });
    revision = saved.json.revision;
    return api.call("POST", `/workflows/${called}/publish`, { as, body });
  };
  const wider = { type: "object", properties: { ...properties, more: { type: "number" } } };
  expect((await publish(wider)).json.version).toBe(2);
  const narrower = { ...wider, required: ["more"] };
  const refused = await publish(narrower);
  expect([refused.status, refused.json.code]).toEqual([409, "WORKFLOW_CONTRACT_BREAKS"]);
  expect(refused.json.detail ?? refused.json.message).toContain("/more must now be given");
  const named = new Set(refused.json.errors.map(({ message }: { message: string }) => message));
  expect(named).toEqual(
    new Set(["Calls the newest (draft), step Ask it", "Calls the newest (published), step Ask it"]),
  );
  expect((await publish(narrower, { acceptBreaking: true })).json.version).toBe(3);
});
