// A model that goes away and comes back, asked by a real worker: who is refused by its breaker meanwhile is not failed for it.
import { afterAll, beforeAll, expect, test } from "vitest";
import { createScriptedModelServer, type ScriptedModelServer } from "../../adapters/model/scripted.ts";
import type { RunEvent } from "../../engine/run/event.ts";
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

const attempts = 3;
const away = { fault: { status: 503 } };

/** Starts a run that asks the model once. Gives its id. */
async function startAsking(prompt: string): Promise<string> {
  const file = {
    schemaVersion: 1,
    name: prompt,
    nodes: [
      { id: "start", type: "start" },
      {
        id: "say",
        type: "agent",
        config: { prompt },
        retry: { maxAttempts: attempts, backoff: "fixed", delayMs: 10 },
      },
    ],
    edges: [{ id: "e", source: "start", target: "say" }],
  };
  const made = await api.call("POST", "/workflows", { as, body: file });
  expect(made.status, made.text).toBe(201);
  return (await api.call("POST", `/workflows/${made.json.id}/runs`, { as, body: {} })).json.id;
}

/** The run's journal, once it is over. */
async function journalOf(run: string, atMostMs?: number): Promise<RunEvent[]> {
  const over = (status: string): boolean => ["completed", "failed"].includes(status);
  const read = () => api.call("GET", `/runs/${run}`, { as });
  await until("the end of the run", read, ({ json }) => over(json.status), atMostMs);
  return (await api.call("GET", `/runs/${run}/events?limit=100`, { as })).json.events;
}

/** Why each attempt failed, the first one first. */
const failures = (events: RunEvent[]): string[] =>
  events.flatMap((event) => (event.type === "step-failed" ? [event.error.code] : []));

test("a step that a breaker refused at its last attempt completes once the model is back", async () => {
  // Five failures open a breaker: the first three are another run's, which fails of them.
  model.script("First", [away, away, away]);
  const first = await journalOf(await startAsking("First"));
  expect(failures(first)).toEqual(Array.from({ length: attempts }, () => "MODEL_UNAVAILABLE"));
  expect(first.at(-1)?.type).toBe("run-failed");
  // This one's third and last attempt finds the breaker open, for fifteen seconds. The model is back long before.
  model.script("Second", [away, away, "said"]);
  const second = await journalOf(await startAsking("Second"), 30_000);
  expect(second.at(-1), JSON.stringify(failures(second))).toMatchObject({ type: "run-completed" });
  expect(failures(second)).toEqual(["MODEL_UNAVAILABLE", "MODEL_UNAVAILABLE", "CIRCUIT_OPEN"]);
  // Nobody asked the model while it was open, and its first answer closed it.
  expect(model.requests).toHaveLength(6);
  expect(model.requests.every(({ expected }) => expected)).toBe(true);
  expect((await api.call("GET", "/breakers", { as })).json.items).toEqual([]);
});
