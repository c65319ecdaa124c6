import { afterAll, beforeAll, expect, test } from "vitest";
import { computingFile, startTestApi, until, type TestApi } from "./test-api.ts";

let api: TestApi;
let owner: string;
let workflow: string;
beforeAll(async () => {
  api = await startTestApi();
  owner = api.home.keys.owner;
  workflow = (await api.call("POST", "/workflows", { as: owner, body: computingFile() })).json.id;
  await until(
    "health",
    () => api.call("GET", "/health"),
    (reply) => reply.status === 200,
  );
});
afterAll(() => api.stop());

test("a run that is started while Redis is away is answered, and runs when Redis is back", async () => {
  await api.kill("redis");
  const since = performance.now();
  const started = await api.call("POST", `/workflows/${workflow}/runs`, { as: owner, body: { input: { n: 1 } } });
  expect(started.status, started.text).toBe(202);
  expect(performance.now() - since).toBeLessThan(3_000);
  const ended = await until(
    "the end of the run",
    () => api.call("GET", `/runs/${started.json.id}`, { as: owner }),
    (reply) => reply.json.status === "completed",
    30_000,
  );
  expect(ended.json.output).toBe(2);
});

test("a database that is away is told as such, and requests work when it is back", async () => {
  await api.kill("postgres");
  const refused = await until(
    "the refusal",
    () => api.call("GET", "/runs", { as: owner }),
    (reply) => reply.status === 503,
  );
  expect(refused.json.code).toBe("SERVICE_UNAVAILABLE");
  const health = await api.call("GET", "/health");
  expect([200, 503]).toContain(health.status);
  const run = await until(
    "a run",
    () => api.call("POST", `/workflows/${workflow}/runs?wait=5`, { as: owner, body: { input: { n: 2 } } }),
    (reply) => reply.status === 200,
    30_000,
  );
  expect(run.json.output).toBe(3);
});
