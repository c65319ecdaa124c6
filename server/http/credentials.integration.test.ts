import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApi, until, type TestApi } from "./test-api.ts";

let api: TestApi;
let port = 0;
const seen: string[] = [];
const shop = createServer((request, response) => {
  seen.push(request.headers["x-api-key"]?.toString() ?? "none");
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ you: "said", key: request.headers["x-api-key"] ?? null }));
});

beforeAll(async () => {
  shop.listen(0, "127.0.0.1");
  await once(shop, "listening");
  port = (shop.address() as AddressInfo).port;
  api = await startTestApi(["postgres", "redis", "supabase", "worker"], { BATON_ALLOW_PRIVATE: `127.0.0.1:${port}` });
});
afterAll(async () => {
  await api?.stop();
  shop.close();
});

const secret = "sk-live-42-very-secret";
const calling = (name: string) => ({
  schemaVersion: 1,
  name: "Calls the shop",
  nodes: [
    { id: "start", type: "start" },
    { id: "call", type: "http", config: { url: `http://127.0.0.1:${port}/`, credential: name } },
    { id: "out", type: "output", config: { value: "{{ call.outputs.body }}" } },
  ],
  edges: [
    { id: "e1", source: "start", target: "call" },
    { id: "e2", source: "call", target: "out" },
  ],
});

test("a credential is used by its name, told by nobody, rotated at once, and its deletion names what used it", async () => {
  const { owner: as } = api.home.keys;
  const workflow = (await api.call("POST", "/workflows", { as, body: calling("shop") })).json.id;
  const early = await api.call("POST", `/workflows/${workflow}/publish`, { as, body: {} });
  expect([early.status, early.json.errors[0].code, early.json.errors[0].path]).toEqual([
    422,
    "missing-credential",
    "/nodes/1/config/credential",
  ]);

  const body = { name: "shop", kind: "header", hosts: [`127.0.0.1:${port}`], secret };
  const made = await api.call("POST", "/credentials", { as, body });
  expect(made.status, made.text).toBe(201);
  expect(made.json).toMatchObject({ name: "shop", field: "X-API-Key", usedBy: [{ id: workflow }], lastUsedAt: null });
  expect((await api.call("POST", "/credentials", { as, body })).status).toBe(409);
  const published = await api.call("POST", `/workflows/${workflow}/publish`, { as, body: {} });
  expect(published.status, published.text).toBe(200);

  const run = await finish(workflow);
  expect(run.json).toMatchObject({ status: "completed", output: { you: "said", key: "••••••" } });
  expect(seen).toEqual([secret]);

  const rotated = await api.call("POST", `/credentials/${made.json.id}/rotate`, {
    as,
    body: { secret: `${secret}-2` },
  });
  expect(rotated.json.rotatedAt).not.toBeNull();
  await finish(workflow);
  expect(seen.at(-1)).toBe(`${secret}-2`);

  // Nowhere in the database, in no answer.
  const dump = await api.pool.query(
    `select (select string_agg(c::text, '') from public.credentials c) || (select string_agg(e::text, '') from public.run_events e)
       || (select string_agg(a::text, '') from public.audit_log a) || (select string_agg(r::text, '') from public.runs r) as text`,
  );
  expect(dump.rows[0].text).not.toContain("sk-live-42");
  const list = await api.call("GET", "/credentials", { as });
  expect(list.text).not.toContain("sk-live-42");
  expect(list.json.items[0].lastUsedAt).not.toBeNull();

  const gone = await api.call("DELETE", `/credentials/${made.json.id}`, { as });
  expect(gone.json.usedBy).toEqual([{ id: workflow, name: "Calls the shop" }]);
  expect((await finish(workflow)).json).toMatchObject({ status: "failed", error: { code: "CREDENTIAL_UNUSABLE" } });
});

test("another organisation's credential does not exist, and cannot be used by its name", async () => {
  const as = api.home.keys.owner;
  const body = { name: "ours", kind: "header", hosts: [`127.0.0.1:${port}`], secret };
  const { id } = (await api.call("POST", "/credentials", { as, body })).json;
  const stranger = api.foreign.keys.owner;
  expect((await api.call("GET", "/credentials", { as: stranger })).json.items).toEqual([]);
  expect((await api.call("DELETE", `/credentials/${id}`, { as: stranger })).status).toBe(404);
  const rotate = { as: stranger, body: { secret: "mine now" } };
  expect((await api.call("POST", `/credentials/${id}/rotate`, rotate)).status).toBe(404);
  const theirs = (await api.call("POST", "/workflows", { as: stranger, body: calling("ours") })).json.id;
  expect((await api.call("POST", `/workflows/${theirs}/publish`, { as: stranger, body: {} })).status).toBe(422);
});

test("bad input is refused with its place", async () => {
  const as = api.home.keys.owner;
  const good = { name: "x", kind: "bearer", hosts: ["example.com"], secret };
  for (const [change, path] of [
    [{ hosts: ["https://example.com/a"] }, "/hosts/0"],
    [{ hosts: [] }, "/hosts"],
    [{ hosts: ["*"] }, "/hosts/0"],
    [{ secret: "a\r\nX-Evil: 1" }, "/secret"],
    [{ secret: "short" }, "/secret"],
    [{ name: "{{ input }}" }, "/name"],
    [{ kind: "header", field: "X Key" }, "/field"],
    [{ kind: "basic", field: "a:b" }, "/field"],
  ] as const) {
    const reply = await api.call("POST", "/credentials", { as, body: { ...good, ...change } });
    expect([reply.status, reply.json.errors[0].path], JSON.stringify(change)).toEqual([422, path]);
    expect(reply.text).not.toContain(secret);
  }
});

async function finish(workflow: string) {
  const as = api.home.keys.owner;
  const { id } = (await api.call("POST", `/workflows/${workflow}/runs`, { as, body: {} })).json;
  return until(
    "the end of the run",
    () => api.call("GET", `/runs/${id}`, { as }),
    (reply) => ["completed", "failed"].includes(reply.json.status),
  );
}
