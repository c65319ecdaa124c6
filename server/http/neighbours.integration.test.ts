// What one organisation asks for must not keep another's single request from being answered.
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startRecorder, type Recorder } from "../../workers/faults/recorder.ts";
import { computingFile, startTestApi, until, type Reply, type TestApi } from "./test-api.ts";

let recorder: Recorder;
let api: TestApi;
beforeAll(async () => {
  recorder = await startRecorder();
  api = await startTestApi(["postgres", "redis", "supabase", "worker"], { BATON_ALLOW_PRIVATE: recorder.host });
});
afterAll(async () => {
  await api?.stop();
  await recorder?.close();
});

/** Far more than a web process has connections to Postgres. */
const crowd = 60;
/** An answer takes some ten ms; a request that finds no connection is refused after five seconds. */
const soonMs = 2_500;

async function store(as: string, file: object): Promise<string> {
  const made = await api.call("POST", "/workflows", { as, body: file });
  expect(made.status, made.text).toBe(201);
  return made.json.id;
}

/** Asks, and says how long the answer took, in ms. */
async function timed(ask: () => Promise<Reply>): Promise<{ reply: Reply; ms: number }> {
  const from = performance.now();
  const reply = await ask();
  return { reply, ms: performance.now() - from };
}

test("an organisation whose requests are all slow leaves connections for the others", async () => {
  const [mine, theirs] = [api.home.keys.owner, api.foreign.keys.owner];
  const [slow, quick] = [await store(mine, computingFile("Slow")), await store(theirs, computingFile("Quick"))];
  const holder = new Client({ connectionString: api.variables["DATABASE_URL"] });
  await holder.connect();
  try {
    await holder.query("begin");
    await holder.query("select 1 from public.workflows where id = $1 for update", [slow]);
    const body = { revision: 1, definition: computingFile("Slower") };
    const waiting = Array.from({ length: crowd }, () => api.call("PUT", `/workflows/${slow}`, { as: mine, body }));
    const blocked = () =>
      api.pool.query("select 1 from pg_stat_activity where wait_event_type = 'Lock' and state = 'active'");
    await until("the crowd", blocked, ({ rowCount }) => (rowCount ?? 0) >= 10);
    const read = await timed(() => api.call("GET", `/workflows/${quick}`, { as: theirs }));
    expect(read.reply.status, read.reply.text).toBe(200);
    const started = await timed(() =>
      api.call("POST", `/workflows/${quick}/runs?wait=5`, { as: theirs, body: { input: { n: 1 } } }),
    );
    expect(started.reply.json, started.reply.text).toMatchObject({ status: "completed", output: 2 });
    for (const { ms } of [read, started]) expect(ms).toBeLessThan(soonMs);
    await holder.query("rollback");
    const statuses = (await Promise.all(waiting)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
  } finally {
    await holder.end();
  }
});

test("an organisation with many runs at work leaves room for another's one", async () => {
  const [mine, theirs] = [api.home.keys.owner, api.foreign.keys.owner];
  const file = (name: string, ms: number) => ({
    schemaVersion: 1,
    name,
    nodes: [
      { id: "start", type: "start" },
      { id: "call", type: "http", config: { url: `${recorder.url}/${name}?ms=${ms}` } },
    ],
    edges: [{ id: "e", source: "start", target: "call" }],
  });
  const [many, one] = [await store(mine, file("many", 1_000)), await store(theirs, file("one", 10))];
  const start = () => api.call("POST", `/workflows/${many}/runs`, { as: mine, body: {} });
  const started = await Promise.all(Array.from({ length: 400 }, start));
  expect(new Set(started.map(({ status }) => status))).toEqual(new Set([202]));
  await until(
    "the crowd",
    async () => recorder.requests.length,
    (calls) => calls >= 50,
  );
  const reply = await api.call("POST", `/workflows/${one}/runs?wait=20`, { as: theirs, body: {} });
  expect(reply.json, reply.text).toMatchObject({ status: "completed" });
  // Most of the crowd still waits: the one did not stand behind it.
  expect(recorder.requests.length).toBeLessThan(350);
});
