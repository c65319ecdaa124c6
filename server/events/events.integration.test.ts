// The event bus on the real stack: who hears an event, how often, and who does not.
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { computingFile, startTestApi, until, type Reply, type TestApi } from "../http/test-api.ts";

let api: TestApi;
/** Somebody outside, who calls the address back that a run hands out. */
let outside: Outside;

beforeAll(async () => {
  outside = await startOutside();
  api = await startTestApi(undefined, { BATON_ALLOW_PRIVATE: outside.host });
}, 120_000);
afterAll(async () => {
  await api?.stop();
  outside.close();
});

interface Outside {
  host: string;
  /** Addresses that came in. */
  told: string[];
  close(): void;
}

async function startOutside(): Promise<Outside> {
  const told: string[] = [];
  const server = createServer(async (request, response) => {
    const { back } = (await json(request)) as { back: string };
    told.push(back);
    response.end(`Will call ${back}`);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  return { host: `127.0.0.1:${port}`, told, close: () => server.close() };
}

async function workflow(owner: string): Promise<string> {
  return (await api.call("POST", "/workflows", { as: owner, body: computingFile() })).json.id;
}

/** A workflow that events of this name start. */
async function subscriber(event: string, config: object = {}, owner = api.home.keys.owner): Promise<string> {
  const made = await api.call("POST", `/workflows/${await workflow(owner)}/triggers`, {
    as: owner,
    body: { kind: "event", name: "Subscriber", config: { event, ...config } },
  });
  expect(made.status, made.text).toBe(201);
  return made.json.trigger.id;
}

async function tell(body: object, as = api.home.keys.owner): Promise<Reply> {
  return api.call("POST", "/events", { as, body });
}

async function inputs(trigger: string): Promise<unknown[]> {
  const { rows } = await api.pool.query(
    "select input from runs where trigger ->> 'triggerId' = $1 order by created_at",
    [trigger],
  );
  return rows.map(({ input }) => input);
}

async function statuses(trigger: string): Promise<string[]> {
  const { json } = await api.call("GET", `/triggers/${trigger}/deliveries`, { as: api.home.keys.owner });
  return json.items.map(({ status }: { status: string }) => status);
}

const settled = (found: string[]): boolean => found.length > 0 && !found.includes("pending");

test("every subscriber gets an event once, and one that fails keeps no other from it", async () => {
  const plain = await subscriber("order.paid");
  const mapped = await subscriber("order.paid", { input: { n: "{{ event.payload.n * 2 }}" } });
  const failing = await subscriber("order.paid", { input: { n: "no number" } });
  const throwing = await subscriber("order.paid", { input: { n: "{{ event.payload.none.at.all }}" } });
  const paused = await subscriber("order.paid");
  await api.call("PATCH", `/triggers/${paused}`, { as: api.home.keys.owner, body: { enabled: false } });
  const deaf = await subscriber("order.refunded");
  const first = await tell({ name: "order.paid", key: "o-1", payload: { n: 4 }, id: "pay-1" });
  expect(first.status).toBe(202);
  const again = await Promise.all(
    Array.from({ length: 5 }, () => tell({ name: "order.paid", key: "o-1", payload: { n: 4 }, id: "pay-1" })),
  );
  for (const one of again) expect(one.json).toEqual({ id: first.json.id, repeated: true });
  for (const one of [plain, mapped, failing, throwing]) await until("an outcome", () => statuses(one), settled);
  expect(await inputs(plain)).toEqual([{ n: 4 }]);
  expect(await inputs(mapped)).toEqual([{ n: 8 }]);
  expect(await statuses(failing)).toEqual(["refused"]);
  expect(await statuses(throwing)).toEqual(["refused"]);
  for (const silent of [failing, throwing, paused, deaf]) expect(await inputs(silent)).toEqual([]);
});

test("a filter says which events start a run", async () => {
  const large = await subscriber("invoice.made", { filter: "{{ event.payload.n > 100 && event.key === 'eu' }}" });
  await tell({ name: "invoice.made", key: "eu", payload: { n: 5 } });
  await tell({ name: "invoice.made", key: "us", payload: { n: 500 } });
  await tell({ name: "invoice.made", key: "eu", payload: { n: 500 } });
  await until(
    "three outcomes",
    () => statuses(large),
    (found) => found.length === 3 && settled(found),
  );
  expect((await statuses(large)).toSorted()).toEqual(["filtered", "filtered", "started"]);
  expect(await inputs(large)).toEqual([{ n: 500 }]);
});

test("what was kept comes to who subscribes later and asks for it, and to nobody else", async () => {
  await tell({ name: "rate.set", payload: { n: 1 }, keepSeconds: 600 });
  await tell({ name: "rate.set", payload: { n: 2 } });
  const dispatched = async (): Promise<number> => {
    const { rows } = await api.pool.query("select count(*)::int as n from bus_events where dispatched_at is null");
    return rows[0].n;
  };
  await until("the dispatch", dispatched, (waiting) => waiting === 0);
  const late = await subscriber("rate.set", { includeKept: true });
  const plain = await subscriber("rate.set");
  await until("the kept one", () => statuses(late), settled);
  expect(await inputs(late)).toEqual([{ n: 1 }]);
  expect(await statuses(plain)).toEqual([]);
});

test("an event of another organisation is heard by nobody here", async () => {
  const here = await subscriber("shared.name");
  const there = await subscriber("shared.name", {}, api.foreign.keys.owner);
  await tell({ name: "shared.name", payload: { n: 1 } }, api.foreign.keys.owner);
  await until(
    "the run there",
    () => inputs(there),
    (found) => found.length === 1,
  );
  expect(await inputs(here)).toEqual([]);
  const listed = await api.call("GET", "/events?name=shared.name", { as: api.home.keys.owner });
  expect(listed.json.items).toEqual([]);
});

describe("event types", () => {
  const schema = { type: "object", properties: { n: { type: "number" } }, required: ["n"] };

  test("events that do not fit their type are refused with the field", async () => {
    const as = api.home.keys.owner;
    expect((await api.call("PUT", "/event-types/stock.low", { as, body: { schema } })).status).toBe(200);
    const refused = await tell({ name: "stock.low", payload: { n: "few" } });
    expect(refused).toMatchObject({ status: 422, json: { code: "INPUT_INVALID", errors: [{ path: "/payload/n" }] } });
    expect((await tell({ name: "stock.low", payload: { n: 3 } })).status).toBe(202);
    const open = { description: "Anything", schema: null };
    await api.call("PUT", "/event-types/stock.low", { as, body: open });
    expect((await tell({ name: "stock.low", payload: "anything" })).status).toBe(202);
    const list = await api.call("GET", "/event-types", { as });
    expect(list.json.items).toMatchObject([{ name: "stock.low", description: "Anything" }]);
    expect((await api.call("DELETE", "/event-types/stock.low", { as: api.foreign.keys.owner })).status).toBe(404);
    expect((await api.call("DELETE", "/event-types/stock.low", { as })).status).toBe(200);
    expect((await api.call("PUT", "/event-types/x", { as, body: { schema: { type: 5 } } })).status).toBe(422);
  });

  test("names of the product, large payloads and roles that may not are refused", async () => {
    expect((await tell({ name: "baton.callback", payload: {} })).status).toBe(422);
    expect((await tell({ name: "no spaces", payload: {} })).status).toBe(422);
    expect((await tell({ name: "large", payload: "x".repeat(280_000) })).status).toBe(413);
    expect((await tell({ name: "x" }, api.home.keys.viewer)).status).toBe(403);
    const put = { as: api.home.keys.operator, body: { schema } };
    expect((await api.call("PUT", "/event-types/x", put)).status).toBe(403);
  });
});

test("a run that listens is told once, by its key, and never what it told itself", async () => {
  const as = api.home.keys.owner;
  const asking = {
    schemaVersion: 1,
    name: "Waits",
    nodes: [
      { id: "start", type: "start" },
      { id: "wait", type: "wait", config: { mode: "duration", durationMs: 600_000 } },
    ],
    edges: [{ id: "e", source: "start", target: "wait" }],
  };
  const id = (await api.call("POST", "/workflows", { as, body: asking })).json.id;
  const start = async (): Promise<string> =>
    (await api.call("POST", `/workflows/${id}/runs`, { as, body: {} })).json.id;
  const [mine, other, own] = [await start(), await start(), await start()];
  for (const [run, key] of [
    [mine, "o-1"],
    [mine, null],
    [other, "o-2"],
    [own, null],
  ]) {
    await api.pool.query("insert into run_listeners (run_id, org_id, name, key) values ($1, $2, 'order.sent', $3)", [
      run,
      api.home.id,
      key,
    ]);
  }
  await api.pool.query(
    "insert into bus_events (org_id, ref, name, key, payload, origin_run_id) values ($1, $2, 'order.sent', 'o-1', '5', $3)",
    [api.home.id, randomUUID(), own],
  );
  const told = async (): Promise<object[]> => {
    const sql =
      "select run_id, payload ->> 'name' as name, payload -> 'payload' as payload from run_signals where kind = 'event'";
    return (await api.pool.query(sql)).rows;
  };
  await until("the signal", told, (rows) => rows.length > 0);
  expect(await told()).toEqual([{ run_id: mine, name: "order.sent", payload: 5 }]);
});

describe("runs and the bus", () => {
  const nodes = (...more: object[]) => [{ id: "start", type: "start" }, ...more];
  const chain = (...ids: string[]) =>
    ids.slice(1).map((target, index) => ({ id: `e${index}`, source: ids[index], target }));
  const listening = {
    schemaVersion: 1,
    name: "Listens",
    nodes: nodes(
      { id: "wait", type: "wait", config: { mode: "event", event: "parcel.sent", key: "{{ input.order }}" } },
      { id: "out", type: "output", config: { value: "{{ wait.outputs }}" } },
    ),
    edges: chain("start", "wait", "out"),
  };
  const telling = {
    schemaVersion: 1,
    name: "Tells",
    nodes: nodes({
      id: "tell",
      type: "emit",
      config: { event: "parcel.sent", key: "{{ input.order }}", payload: { n: "{{ input.n }}" }, to: "organization" },
    }),
    edges: chain("start", "tell"),
  };

  async function made(file: object): Promise<string> {
    const reply = await api.call("POST", "/workflows", { as: api.home.keys.owner, body: file });
    expect(reply.status, reply.text).toBe(201);
    return reply.json.id;
  }
  const started = async (id: string, input: object): Promise<string> =>
    (await api.call("POST", `/workflows/${id}/runs`, { as: api.home.keys.owner, body: { input } })).json.id;
  const run = (id: string) => api.call("GET", `/runs/${id}`, { as: api.home.keys.owner });

  test("an event told by one run wakes another that listens with its key, and starts what subscribes", async () => {
    const subscribed = await subscriber("parcel.sent");
    const workflow = await made(listening);
    const [mine, other] = [await started(workflow, { order: "A" }), await started(workflow, { order: "B" })];
    const listeners = async (): Promise<number> =>
      (await api.pool.query("select 1 from run_listeners where name = 'parcel.sent'")).rowCount ?? 0;
    await until("both to listen", listeners, (found) => found === 2);
    await started(await made(telling), { order: "A", n: 3 });
    const ended = await until(
      "the end",
      () => run(mine),
      ({ json }) => json.status === "completed",
    );
    expect(JSON.stringify(ended.json.output)).toContain('"n":3');
    await until(
      "the subscriber",
      () => inputs(subscribed),
      (found) => found.length === 1,
    );
    expect((await run(other)).json.status).not.toBe("completed");
    // Who has heard it listens no longer; who has not still does.
    expect(await listeners()).toBe(1);
  });

  test("a step hands its run's address out: the call ends the wait, and no journal has the address", async () => {
    const id = await made({
      schemaVersion: 1,
      name: "Asks outside",
      nodes: [
        { id: "start", type: "start" },
        { id: "paid", type: "wait", config: { mode: "callback" } },
        {
          id: "ask",
          type: "http",
          config: { method: "POST", url: `http://${outside.host}/`, body: { back: "{{ run.callbacks.paid }}" } },
        },
        { id: "out", type: "output", config: { value: "{{ paid.outputs }}" } },
      ],
      edges: [
        { id: "a", source: "start", target: "ask" },
        { id: "b", source: "start", target: "paid" },
        { id: "c", source: "paid", target: "out" },
        { id: "d", source: "ask", target: "out" },
      ],
    });
    const waiting = await started(id, {});
    const [back] = await until(
      "the address",
      async () => outside.told,
      (told) => told.length > 0,
    );
    const { pathname } = new URL(back ?? "");
    const call = await fetch(`${api.url}${pathname}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"paid": "by outside"}',
    });
    expect(call.status).toBe(202);
    const over = await until(
      "the end",
      () => run(waiting),
      ({ json }) => json.status === "completed",
    );
    expect(JSON.stringify(over.json.output)).toContain("by outside");
    const { rows } = await api.pool.query("select data from run_events where run_id = $1", [waiting]);
    expect(JSON.stringify(rows)).toContain("Will call https://callback.baton.invalid/");
    expect(JSON.stringify(rows)).not.toContain(pathname.split("/").at(-1));
  });

  test("a call of a wait's address ends the wait, once", async () => {
    const as = api.home.keys.owner;
    const id = await made({
      ...listening,
      nodes: nodes(
        { id: "wait", type: "wait", config: { mode: "callback" } },
        { id: "out", type: "output", config: { value: "{{ wait.outputs }}" } },
      ),
    });
    const waiting = await started(id, {});
    const ask = (key: string) =>
      api.call("POST", `/runs/${waiting}/callback-address`, { as: key, body: { step: "wait" } });
    expect((await ask(api.home.keys.viewer)).status).toBe(403);
    expect((await ask(api.foreign.keys.owner)).status).toBe(404);
    const { pathname } = new URL((await ask(as)).json.url);
    const call = (where = pathname) =>
      fetch(`${api.url}${where}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: '{"paid": true}',
      }).then(({ status }) => status);
    expect(await call(`${pathname}x`)).toBe(404);
    expect((await fetch(`${api.url}${pathname}`)).status).toBe(405);
    await until(
      "the wait",
      () => run(waiting),
      ({ json }) => json.status === "waiting",
    );
    const answers = await Promise.all(Array.from({ length: 5 }, () => call()));
    expect(answers.toSorted()).toEqual([202, 409, 409, 409, 409]);
    const over = await until(
      "the end",
      () => run(waiting),
      ({ json }) => json.status === "completed",
    );
    expect(JSON.stringify(over.json.output)).toContain('"paid":true');
    expect(await call()).toBe(409);
  });

  test("workflows that start one another in a circle are stopped", async () => {
    const file = {
      ...telling,
      nodes: nodes({
        id: "tell",
        type: "emit",
        config: { event: "round.again", payload: { n: 1 }, to: "organization" },
      }),
    };
    const id = await made(file);
    await api.call("POST", `/workflows/${id}/triggers`, {
      as: api.home.keys.owner,
      body: { kind: "event", name: "Again", config: { event: "round.again" } },
    });
    await started(id, {});
    const failed = async () =>
      (await api.pool.query("select error from runs where workflow_id = $1 and status = 'failed'", [id])).rows;
    const rows = await until("the end of the circle", failed, (found) => found.length > 0, 60_000);
    expect(rows).toMatchObject([{ error: { code: "LOOP_LIMIT" } }]);
    const { rowCount } = await api.pool.query("select 1 from runs where workflow_id = $1", [id]);
    expect(rowCount).toBe(26);
  });
});
