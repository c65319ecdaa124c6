import { afterAll, beforeAll, expect, test } from "vitest";
import { createScriptedModelServer, type ScriptedModelServer } from "../../adapters/model/scripted.ts";
import { startTestApi, until, type TestApi } from "./test-api.ts";

let api: TestApi;
let model: ScriptedModelServer;
let as: string;
beforeAll(async () => {
  model = await createScriptedModelServer();
  api = await startTestApi(["postgres", "redis", "supabase", "model", "worker"], {
    BATON_ALLOW_PRIVATE: new URL(model.url).host,
  });
  as = api.home.keys.owner;
});
afterAll(async () => {
  await api?.stop();
  await model?.close();
});

const apiKey = "sk-own-provider-key-1";
const provider = () => ({
  name: "Own",
  baseUrl: `${model.url}/`,
  defaultModel: "small",
  models: [{ name: "small", inputUsd: 1_000, outputUsd: 2_000 }],
  apiKey,
});

async function ask(modelName: string | null, org = api.home) {
  const file = {
    schemaVersion: 1,
    name: "Asks a model",
    nodes: [
      { id: "start", type: "start" },
      { id: "say", type: "agent", config: { model: modelName, prompt: "Say it" }, retry: { maxAttempts: 1 } },
    ],
    edges: [{ id: "e", source: "start", target: "say" }],
  };
  const { owner } = org.keys;
  const workflow = (await api.call("POST", "/workflows", { as: owner, body: file })).json.id;
  await api.call("POST", `/workflows/${workflow}/publish`, { as: owner, body: {} });
  const started = await api.call("POST", `/workflows/${workflow}/runs`, { as: owner, body: {} });
  const run = await until(
    "the end of the run",
    () => api.call("GET", `/runs/${started.json.id}`, { as: owner }),
    (reply) => ["completed", "failed"].includes(reply.json.status),
  );
  const { rows } = await api.pool.query(
    "select data from public.run_events where run_id = $1 and type = 'step-completed' and step_id = 'say'",
    [started.json.id],
  );
  return { run: run.json, usage: rows[0]?.data.usage?.[0] };
}

test("without a provider the deployment's own model answers, and the list says which", async () => {
  const list = await api.call("GET", "/model-providers", { as });
  expect(list.json).toEqual({ items: [], fallback: { source: "demo", provider: "demo", model: "baton-demo-1" } });
  expect((await ask(null)).usage).toMatchObject({ provider: "demo", demo: true, costUsd: 0 });
});

test("a provider is tried, stored, answers first, costs what its prices say, and stays inside its organisation", async () => {
  const { baseUrl } = provider();
  model.script("ready", ["ready", "ready"]);
  const tried = await api.call("POST", "/model-provider-tests", { as, body: { baseUrl, model: "small", apiKey } });
  expect(tried.json).toMatchObject({ ok: true, message: '"small" answered.' });

  const made = await api.call("POST", "/model-providers", { as, body: provider() });
  expect([made.status, made.json.hasKey, made.json.baseUrl], made.text).toEqual([201, true, model.url]);
  expect(made.text).not.toContain(apiKey);
  expect((await api.call("POST", "/model-providers", { as, body: provider() })).status).toBe(409);
  const again = { id: made.json.id, baseUrl, model: "small" };
  expect((await api.call("POST", "/model-provider-tests", { as, body: again })).json.ok).toBe(true);

  await until("the worker to know", async () => performance.now(), after(2_100));
  model.script("Say it", ["four words it is"]);
  const { usage, run } = await ask(null);
  expect(usage).toMatchObject({ provider: "Own", model: "small", demo: false });
  const { inputTokens, outputTokens } = usage;
  expect(usage.costUsd).toBeCloseTo((inputTokens * 1_000 + outputTokens * 2_000) / 1_000_000, 8);
  expect(run.cost).toBeCloseTo(usage.costUsd, 8);
  expect(model.requests.every(({ headers }) => headers["authorization"] === `Bearer ${apiKey}`)).toBe(true);

  const unknown = (await ask("gpt-unheard-of")).run;
  expect(unknown).toMatchObject({ status: "failed", error: { code: "MODEL_NOT_CONFIGURED" } });
  expect((await ask(null, api.foreign)).usage).toMatchObject({ demo: true });
  const dump = await api.pool.query(
    "select (select string_agg(p::text, '') from public.model_providers p) || (select string_agg(a::text, '') from public.audit_log a) as text",
  );
  expect(dump.rows[0].text).not.toContain(apiKey);
});

test("the first one is chosen, a stored key goes to no other host, and strangers find nothing", async () => {
  const body = { ...provider(), name: "Second", apiKey: null };
  const second = (await api.call("POST", "/model-providers", { as, body })).json.id;
  const ordered = await api.call("POST", `/model-providers/${second}/first`, { as, body: {} });
  expect(ordered.json.items.map((one: { name: string }) => one.name)).toEqual(["Second", "Own"]);
  const own = ordered.json.items[1].id;

  const { apiKey: _key, ...kept } = provider();
  const elsewhere = { ...kept, baseUrl: "https://evil.example.com/v1" };
  const moved = await api.call("PUT", `/model-providers/${own}`, { as, body: elsewhere });
  expect([moved.status, moved.json.errors[0].path]).toEqual([422, "/apiKey"]);
  const trial = { id: own, baseUrl: elsewhere.baseUrl, model: "small" };
  expect((await api.call("POST", "/model-provider-tests", { as, body: trial })).status).toBe(422);
  const renamed = await api.call("PUT", `/model-providers/${own}`, { as, body: { ...kept, defaultModel: "large" } });
  expect(renamed.json).toMatchObject({ hasKey: true, defaultModel: "large" });

  const stranger = api.foreign.keys.owner;
  expect((await api.call("GET", "/model-providers", { as: stranger })).json.items).toEqual([]);
  expect((await api.call("PUT", `/model-providers/${own}`, { as: stranger, body: kept })).status).toBe(404);
  expect((await api.call("DELETE", `/model-providers/${own}`, { as: stranger })).status).toBe(404);
  const theft = { id: own, baseUrl: model.url, model: "small" };
  expect((await api.call("POST", "/model-provider-tests", { as: stranger, body: theft })).status).toBe(404);
  expect((await api.call("DELETE", `/model-providers/${own}`, { as })).json.items).toHaveLength(1);
});

test("an address inside is not reached, and a wrong key is said plainly", async () => {
  for (const baseUrl of ["http://127.0.0.1:8099/v1", "http://169.254.169.254/v1", "http://localhost/v1"]) {
    const reply = await api.call("POST", "/model-provider-tests", { as, body: { baseUrl, model: "m" } });
    expect(reply.json, baseUrl).toMatchObject({ ok: false });
    expect(reply.json.message, baseUrl).toMatch(/private|not allowed|may not/i);
  }
  model.script("ready", [{ fault: { status: 401, message: `Incorrect key ${apiKey}` } }]);
  const body = { baseUrl: model.url, model: "small", apiKey };
  const refused = await api.call("POST", "/model-provider-tests", { as, body });
  expect(refused.json.message).toContain("does not accept the API key");
  expect(refused.text).not.toContain(apiKey);
  for (const bad of ["ftp://x/v1", "https://u:p@x.com/v1", "x"]) {
    const reply = await api.call("POST", "/model-provider-tests", { as, body: { baseUrl: bad, model: "m" } });
    expect([reply.status, reply.json.errors[0].path], bad).toEqual([422, "/baseUrl"]);
  }
});

/** Workers keep what they read of providers for two seconds. */
function after(ms: number): (now: number) => boolean {
  const then = performance.now() + ms;
  return (now) => now >= then;
}
