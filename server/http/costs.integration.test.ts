import { randomUUID } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startRecorder, type Recorder } from "../../workers/faults/recorder.ts";
import { startTestApi, type TestApi } from "./test-api.ts";

// What a run costs in things that can be counted, so that it is the same on every machine and however busy that is.

let recorder: Recorder;
let api: TestApi;
let commands: Commands;

beforeAll(async () => {
  recorder = await startRecorder();
  api = await startTestApi(["postgres", "redis", "supabase", "worker"], { BATON_ALLOW_PRIVATE: recorder.host });
  commands = await watchCommands(api.variables["REDIS_URL"] ?? "");
});
afterAll(async () => {
  commands.close();
  await api.stop();
  await recorder.close();
});

interface Commands {
  /** Commands that clients sent meanwhile; what scripts call inside Redis does not travel. */
  during<T>(work: () => Promise<T>): Promise<{ result: T; count: number }>;
  close(): void;
}

async function watchCommands(url: string): Promise<Commands> {
  // Its ready check would read the first commands of others as its own answer.
  const redis = new Redis(url, { enableReadyCheck: false });
  const monitor = await redis.monitor();
  let count = 0;
  const marks = new EventEmitter();
  monitor.on("monitor", (_time: string, args: string[], source: string) => {
    if (source !== "lua") count += 1;
    if (args[0]?.toLowerCase() === "echo") marks.emit(args[1] ?? "");
  });
  // What was sent before this mark has been counted when the mark has come by.
  const settled = async (): Promise<number> => {
    const mark = randomUUID();
    const seen = once(marks, mark);
    await redis.echo(mark);
    await seen;
    return count;
  };
  return {
    async during(work) {
      const before = await settled();
      const result = await work();
      return { result, count: (await settled()) - before };
    },
    close() {
      monitor.disconnect();
      redis.disconnect();
    },
  };
}

async function importFile(nodes: object[], edges: [string, string][]): Promise<string> {
  const file = {
    schemaVersion: 1,
    name: "Counted",
    nodes,
    edges: edges.map(([source, target], index) => ({ id: `e${index}`, source, target })),
  };
  const reply = await api.call("POST", "/workflows", { as: api.home.keys.owner, body: file });
  expect(reply.status, reply.text).toBe(201);
  return reply.json.id;
}

async function run(workflow: string): Promise<string> {
  const reply = await api.call("POST", `/workflows/${workflow}/runs?wait=30`, {
    as: api.home.keys.owner,
    body: { input: { n: 1 } },
  });
  expect(reply.json, reply.text).toMatchObject({ status: "completed" });
  return reply.json.id;
}

/** Transactions that wrote this run: its row and its events. */
async function writesOf(runs: string[]): Promise<string[][]> {
  const { rows } = await api.pool.query<{ run: string; writes: string[] }>(
    `select run_id as run, array_agg(distinct xmin::text) as writes from public.run_events
     where run_id = any($1::uuid[]) group by run_id`,
    [runs],
  );
  return rows.map(({ writes }) => writes);
}

const add = (id: string, value: string): object => ({
  id,
  type: "transform",
  config: { value: { n: `{{ ${value} + 1 }}` } },
});

function computing(length: number): Promise<string> {
  const ids = Array.from({ length }, (_, index) => `t${index}`);
  return importFile(
    [
      { id: "start", type: "start" },
      ...ids.map((id, index) => add(id, index === 0 ? "input.n" : `t${index - 1}.outputs.n`)),
    ],
    ids.map((id, index) => [index === 0 ? "start" : `t${index - 1}`, id]),
  );
}

test("computing steps: a run is one write, shared with the runs beside it, and asks Redis for its caller's bucket alone", async () => {
  const workflow = await computing(10);
  await run(workflow);
  const { result: runs, count } = await commands.during(() =>
    Promise.all(Array.from({ length: 40 }, () => run(workflow))),
  );
  const writes = await writesOf(runs);
  expect(writes).toHaveLength(40);
  for (const each of writes) expect(each).toHaveLength(1);
  // Forty at once share statements: two are on their way at a time, and what comes meanwhile goes out together. How many share one
  // depends on how fast they come in, which is the machine's business.
  expect(new Set(writes.flat()).size).toBeLessThan(35);
  expect(count / 40 / 11).toBeLessThan(0.2);
});

test("a loop over 1,000 items costs Redis at most 0.1 commands a step, where it arrives and on a worker", async () => {
  const inside = { id: "inside", type: "transform", parentId: "each", config: { value: "{{ loop.index }}" } };
  const loop = { id: "each", type: "loop", config: { mode: "times", times: 1_000 } };
  const alone = await importFile([{ id: "start", type: "start" }, loop, inside], [["start", "each"]]);
  const call = { id: "call", type: "http", config: { url: `${recorder.url}/` } };
  const after = await importFile(
    [{ id: "start", type: "start" }, call, loop, inside],
    [
      ["start", "call"],
      ["call", "each"],
    ],
  );
  for (const workflow of [alone, after]) {
    await run(workflow);
    const { result, count } = await commands.during(() => run(workflow));
    expect(count / 1_000).toBeLessThan(0.1);
    const [writes = []] = await writesOf([result]);
    // Its start, the call's attempt and outcome, and what the loop did while one append was on its way.
    expect(writes.length).toBeLessThanOrEqual(workflow === alone ? 1 : 40);
  }
});

test("an effect costs Redis at most two commands and Postgres two appends", async () => {
  const length = 20;
  const ids = Array.from({ length }, (_, index) => `c${index}`);
  const workflow = await importFile(
    [
      { id: "start", type: "start" },
      ...ids.map((id) => ({ id, type: "http", config: { url: `${recorder.url}/${id}` } })),
    ],
    ids.map((id, index) => [index === 0 ? "start" : `c${index - 1}`, id]),
  );
  await run(workflow);
  const { result, count } = await commands.during(() => run(workflow));
  const [writes = []] = await writesOf([result]);
  expect(writes.length / length).toBeLessThanOrEqual(2.2);
  // The run is held where its steps are executed: in a free slot, one after another. What is counted is what workers say of themselves.
  expect(count / length).toBeLessThanOrEqual(2);
});

test("a computing step is few bytes on the event stream", async () => {
  const id = await run(await computing(100));
  const reply = await api.call("GET", `/runs/${id}/events`, {
    as: api.home.keys.owner,
    headers: { accept: "text/event-stream" },
  });
  expect(reply.text).toContain("event: end");
  expect(reply.text.length / 101).toBeLessThan(150);
});
