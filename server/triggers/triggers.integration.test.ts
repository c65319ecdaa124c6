// Webhooks and schedules on the real stack: what outsiders send, what starts, and what is refused.
import { createHmac, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { computingFile, startTestApi, until, type Reply, type TestApi } from "../http/test-api.ts";

let api: TestApi;
let workflow: string;

beforeAll(async () => {
  api = await startTestApi();
  workflow = await publish(computingFile());
}, 120_000);
afterAll(() => api?.stop());

const owner = (): string => api.home.keys.owner;

async function publish(file: object): Promise<string> {
  const made = await api.call("POST", "/workflows", { as: owner(), body: file });
  expect(made.status).toBe(201);
  return made.json.id;
}

async function make(body: object, as = owner()): Promise<Reply> {
  return api.call("POST", `/workflows/${workflow}/triggers`, { as, body });
}

interface Hook {
  id: string;
  url: string;
  secret: string | null;
}

async function hook(config: object = {}, more: object = {}): Promise<Hook> {
  const { status, json, text } = await make({ kind: "webhook", name: "Orders", config, ...more });
  expect(status, text).toBe(201);
  return { id: json.trigger.id, url: new URL(json.url).pathname, secret: json.secret };
}

async function send(
  { url, secret }: Pick<Hook, "url" | "secret">,
  body: unknown,
  {
    id = randomUUID(),
    headers = {},
    at = Date.now(),
    raw,
  }: {
    id?: string;
    headers?: Record<string, string>;
    at?: number;
    raw?: string;
  } = {},
): Promise<{ status: number; headers: Headers; json: ReturnType<typeof JSON.parse> }> {
  const text = raw ?? JSON.stringify(body);
  const seconds = String(Math.floor(at / 1_000));
  const key = Buffer.from((secret ?? "whsec_").slice(6), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${seconds}.${text}`).digest("base64");
  const signed: Record<string, string> =
    secret === null ? {} : { "webhook-id": id, "webhook-timestamp": seconds, "webhook-signature": `v1,${signature}` };
  const response = await fetch(`${api.url}${url}`, {
    method: "POST",
    body: text,
    headers: { "content-type": "application/json", ...signed, ...headers },
  });
  const answer = await response.text();
  return { status: response.status, headers: response.headers, json: answer === "" ? null : JSON.parse(answer) };
}

async function runsOf(trigger: string): Promise<{ id: string; status: string; input: unknown; output: unknown }[]> {
  const { rows } = await api.pool.query(
    "select id, status, input, output from runs where trigger ->> 'triggerId' = $1 order by created_at",
    [trigger],
  );
  return rows;
}

const ended = (runs: { status: string }[]): boolean =>
  runs.length > 0 && runs.every((run) => run.status === "completed");

describe("a webhook", () => {
  test("starts one run for one event, however often it is sent, and shows its secrets once", async () => {
    const one = await hook();
    expect(one.url).toMatch(/^\/api\/hooks\/bt_[\w-]{43}$/);
    const first = await send(one, { n: 1 }, { id: "evt_1" });
    expect(first.status).toBe(202);
    expect(first.json).toMatchObject({ status: "queued", repeated: false });
    const repeats = await Promise.all(Array.from({ length: 5 }, () => send(one, { n: 1 }, { id: "evt_1" })));
    for (const again of repeats) {
      expect(again.status).toBe(202);
      expect(again.json).toEqual({ id: first.json.id, status: "queued", repeated: true });
    }
    const runs = await until("the run's end", () => runsOf(one.id), ended);
    expect(runs).toMatchObject([{ id: first.json.id, input: { n: 1 }, output: 2 }]);
    const deliveries = await until(
      "the delivery",
      () => api.call("GET", `/triggers/${one.id}/deliveries`, { as: owner() }),
      (reply) => reply.json.items[0]?.status === "started",
    );
    expect(deliveries.json.items).toMatchObject([{ runId: first.json.id, repeats: 5, key: "id evt_1" }]);
    const shown = await api.call("GET", `/triggers/${one.id}`, { as: owner() });
    expect(shown.json.url).toBeNull();
    for (const hidden of [one.secret!, one.url.split("/").at(-1)!]) {
      expect(shown.text + deliveries.text).not.toContain(hidden);
      const { rows } = await api.pool.query("select to_jsonb(t)::text as row from triggers t where id = $1", [one.id]);
      expect(rows[0].row).not.toContain(hidden);
      const { rows: audit } = await api.pool.query("select details::text from audit_log where target_id = $1", [
        one.id,
      ]);
      expect(JSON.stringify(audit)).not.toContain(hidden);
    }
  });

  test("twenty at the same moment are still one run", async () => {
    const one = await hook();
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(one, { n: 4 }, { id: "evt_race" })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(answers.map(({ json }) => json.id)).size).toBe(1);
    expect(await until("the run's end", () => runsOf(one.id), ended)).toHaveLength(1);
  });

  test("lets in nobody without the right signature, and counts who tried", async () => {
    const one = await hook();
    const forged = await send({ ...one, secret: `whsec_${Buffer.alloc(32).toString("base64")}` }, { n: 1 });
    expect(forged.status).toBe(401);
    expect((await send({ ...one, secret: null }, { n: 1 })).status).toBe(401);
    expect((await send(one, { n: 1 }, { at: Date.now() - 400_000 })).status).toBe(401);
    expect((await send(one, { n: 1 }, { at: Date.now() + 400_000 })).status).toBe(401);
    expect(await runsOf(one.id)).toEqual([]);
    const shown = await until(
      "the count",
      () => api.call("GET", `/triggers/${one.id}`, { as: owner() }),
      ({ json }) => json.refusedCount === 4,
    );
    expect(shown.json.lastRefusal).toMatch(/signature|headers/);
  });

  test("maps body, headers and query, and tells what does not fit the workflow's input", async () => {
    const one = await hook({
      signature: "none",
      headers: ["X-Shop"],
      input: { n: "{{ Number(body.order.total) + Number(query.add ?? 0) + headers['x-shop'].length }}" },
    });
    const answer = await send(
      { ...one, url: `${one.url}?add=3` },
      { order: { total: "10" } },
      { headers: { "x-shop": "ab" } },
    );
    expect(answer.status).toBe(202);
    expect(await until("the run's end", () => runsOf(one.id), ended)).toMatchObject([{ input: { n: 15 }, output: 16 }]);
    const plain = await hook({ signature: "none" });
    const refused = await send(plain, { n: "many" }, { headers: { "x-event-id": "a" } });
    expect(refused.status).toBe(422);
    expect(refused.json).toMatchObject({ code: "INPUT_INVALID", errors: [{ path: "/input/n" }] });
    // The sender mends it and sends the same event again: now it starts.
    expect((await send(plain, { n: 2 }, { headers: { "x-event-id": "a" } })).status).toBe(202);
    expect(await until("the run's end", () => runsOf(plain.id), ended)).toHaveLength(1);
  });

  test("answers with the run's output where it was asked to, and at once when that takes too long", async () => {
    const one = await hook({ respond: "sync" });
    const answer = await send(one, { n: 41 });
    expect(answer).toMatchObject({ status: 200, json: 42 });
    expect(answer.headers.get("baton-run")).toMatch(/^[0-9a-f-]{36}$/);
    const file = {
      schemaVersion: 1,
      name: "Slow",
      nodes: [
        { id: "start", type: "start" },
        { id: "wait", type: "wait", config: { mode: "duration", durationMs: 60_000 } },
      ],
      edges: [{ id: "e", source: "start", target: "wait" }],
    };
    const slow = await publish(file);
    const made = await api.call("POST", `/workflows/${slow}/triggers`, {
      as: owner(),
      body: { kind: "webhook", name: "Slow", config: { respond: "sync", timeoutSeconds: 1 } },
    });
    const late = await send({ url: new URL(made.json.url).pathname, secret: made.json.secret }, {});
    expect(late).toMatchObject({ status: 202, json: { status: "running" } });
  });

  test("a new secret works at once, the old one until its time is over; a new address ends the old one", async () => {
    const one = await hook();
    const rotate = (body: object) => api.call("POST", `/triggers/${one.id}/rotate`, { as: owner(), body });
    const graceful = await rotate({ what: "secret", graceMinutes: 10 });
    expect(graceful.status).toBe(200);
    const renewed = { ...one, secret: graceful.json.secret as string };
    expect((await send(renewed, { n: 1 })).status).toBe(202);
    expect((await send(one, { n: 1 })).status).toBe(202);
    const sudden = await rotate({ what: "secret", graceMinutes: 0 });
    expect((await send(renewed, { n: 1 })).status).toBe(401);
    const newest = { ...one, secret: sudden.json.secret as string };
    const moved = await rotate({ what: "address" });
    expect((await send(newest, { n: 1 })).status).toBe(404);
    expect((await send({ ...newest, url: new URL(moved.json.url).pathname }, { n: 1 })).status).toBe(202);
  });

  test("paused it takes nothing, deleted it is gone, and both are said", async () => {
    const one = await hook();
    await api.call("PATCH", `/triggers/${one.id}`, { as: owner(), body: { enabled: false } });
    expect(await send(one, { n: 1 })).toMatchObject({ status: 409, json: { code: "CONFLICT" } });
    await api.call("PATCH", `/triggers/${one.id}`, { as: owner(), body: { enabled: true } });
    expect((await send(one, { n: 1 })).status).toBe(202);
    expect((await api.call("DELETE", `/triggers/${one.id}`, { as: owner() })).status).toBe(200);
    expect((await send(one, { n: 1 })).status).toBe(404);
  });

  test("refuses bodies that are too large or cannot be read, other methods, and addresses nobody has", async () => {
    const one = await hook({ signature: "none" });
    expect((await send(one, null, { raw: JSON.stringify({ n: "x".repeat(400_000) }) })).status).toBe(413);
    expect((await send(one, null, { raw: "{" })).status).toBe(400);
    expect((await send(one, null, { raw: '{"__proto__": 1}' })).status).toBe(422);
    const binary = { "content-type": "application/octet-stream" };
    expect((await send(one, null, { raw: "x", headers: binary })).status).toBe(415);
    expect((await fetch(`${api.url}${one.url}`)).status).toBe(405);
    expect((await send({ url: `/api/hooks/bt_${"a".repeat(43)}`, secret: null }, {})).status).toBe(404);
    expect((await send({ url: "/api/hooks/x", secret: null }, {})).status).toBe(404);
  });

  test("what came can be delivered again, as a run of its own", async () => {
    const one = await hook();
    const first = await send(one, { n: 7 });
    const list = await until(
      "the delivery",
      () => api.call("GET", `/triggers/${one.id}/deliveries`, { as: owner() }),
      (reply) => reply.json.items[0]?.status === "started",
    );
    const [before] = list.json.items;
    const again = await api.call("POST", `/triggers/${one.id}/deliveries/${before.id}/redeliver`, { as: owner() });
    expect(again.json).toMatchObject({ status: "started", redeliveryOf: before.id });
    expect(again.json.runId).not.toBe(first.json.id);
    expect(
      await until(
        "both runs",
        () => runsOf(one.id),
        (runs) => runs.length === 2 && ended(runs),
      ),
    ).toHaveLength(2);
  });
});

describe("who may", () => {
  test("builders make triggers, others do not, and a foreign organisation sees none", async () => {
    const body = { kind: "webhook", name: "x" };
    for (const role of ["operator", "approver", "viewer"] as const) {
      expect((await make(body, api.home.keys[role])).status, role).toBe(403);
    }
    const one = (await make(body, api.home.keys.builder)).json.trigger;
    const foreign = { as: api.foreign.keys.owner };
    expect((await make(body, foreign.as)).status).toBe(404);
    for (const [method, path, body] of [
      ["GET", `/workflows/${workflow}/triggers`],
      ["GET", `/triggers/${one.id}`],
      ["PATCH", `/triggers/${one.id}`, { enabled: false }],
      ["DELETE", `/triggers/${one.id}`],
      ["POST", `/triggers/${one.id}/rotate`, { what: "address" }],
      ["GET", `/triggers/${one.id}/deliveries`],
      ["POST", `/triggers/${one.id}/deliveries/${randomUUID()}/redeliver`],
    ] as const) {
      expect((await api.call(method, path, { ...foreign, body })).status, `${method} ${path}`).toBe(404);
    }
    expect((await api.call("GET", "/triggers", foreign)).json.items).toEqual([]);
    expect((await api.call("GET", `/triggers/${one.id}`, { as: api.home.keys.viewer })).status).toBe(200);
  });

  test("what cannot work is refused with its field", async () => {
    const path = async (body: object): Promise<string> => {
      const { status, json } = await make(body);
      expect(status).toBe(422);
      return json.errors[0].path;
    };
    const base = { kind: "webhook", name: "x" };
    expect(await path({ ...base, config: { input: { a: "{{ input.n }}" } } })).toBe("/config/input/a");
    expect(await path({ ...base, config: { input: "{{ body." } })).toBe("/config/input");
    expect(await path({ ...base, config: { eventId: "body.id" } })).toBe("/config/eventId");
    expect(await path({ ...base, config: { headers: ["authorization"] } })).toBe("/config/headers/0");
    expect(await path({ ...base, version: 9 })).toBe("/version");
    expect(await path({ ...base, orgId: api.foreign.id })).toBe("/orgId");
    const schedule = { kind: "schedule", name: "x" };
    expect(await path({ ...schedule, config: { cron: "* * * * * *" } })).toBe("/config/cron");
    expect(await path({ ...schedule, config: { cron: "0 0 31 2 *" } })).toBe("/config/cron");
    expect(await path({ ...schedule, config: { cron: "0 9 * * *", timeZone: "Mars" } })).toBe("/config/timeZone");
  });
});

describe("a schedule", () => {
  const config = { cron: "0 9 * * MON-FRI", timeZone: "Europe/Berlin", input: { n: 5 } };

  async function schedule(more: object = {}): Promise<{ id: string; nextFireAt: string | null }> {
    const { status, json, text } = await make({ kind: "schedule", name: "Mornings", config: { ...config, ...more } });
    expect(status, text).toBe(201);
    return json.trigger;
  }

  const hourMs = 3_600_000;
  /** Once a day at this moment: while the test runs no second one comes, whatever the clock says. */
  const daily = (moment: Date): object => ({
    cron: `${moment.getUTCMinutes()} ${moment.getUTCHours()} * * *`,
    timeZone: "UTC",
  });
  const minute = (agoMs: number): Date => new Date(Math.floor((Date.now() - agoMs) / 60_000) * 60_000);

  /** Moves the moment it waits for, as time would. */
  async function dueSince(id: string, moment: Date): Promise<void> {
    await api.pool.query("update triggers set next_fire_at = $2 where id = $1", [id, moment]);
  }

  test("knows when it fires next, in its time zone, and shows it before it is made", async () => {
    const preview = await api.call("POST", "/schedules/preview", {
      as: owner(),
      body: { ...config, input: undefined },
    });
    expect(preview.json.times).toHaveLength(5);
    const one = await schedule();
    expect(Date.parse(one.nextFireAt!)).toBe(Date.parse(preview.json.times[0]));
    const hour = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", timeZone: "Europe/Berlin" });
    expect(hour.format(Date.parse(one.nextFireAt!))).toBe("09");
  });

  test("fires once for its moment, and its run is the schedule's", async () => {
    const moment = minute(0);
    const one = await schedule({
      ...daily(moment),
      catchUp: "latest",
      input: { n: "{{ schedule.fireAt.length }}" },
    });
    await dueSince(one.id, moment);
    const runs = await until("the run's end", () => runsOf(one.id), ended);
    expect(runs).toHaveLength(1);
    expect(runs).toMatchObject([{ input: { n: 24 }, output: 25 }]);
    const run = await api.call("GET", `/runs/${runs[0]!.id}/events?limit=1`, { as: owner() });
    expect(run.json.events[0]).toMatchObject({
      trigger: "schedule",
      by: { kind: "system", label: "Schedule “Mornings”" },
    });
    // Set back by hand it is due again for a moment that had its run.
    await dueSince(one.id, moment);
    await until(
      "the next moment",
      () => api.call("GET", `/triggers/${one.id}`, { as: owner() }),
      ({ json }) => Date.parse(json.nextFireAt) > moment.getTime(),
    );
    expect(await runsOf(one.id)).toHaveLength(1);
  });

  test("after a silence it catches up as it was told, and says what it left out", async () => {
    const anHourAgo = daily(minute(hourMs));
    const all = await schedule({ ...anHourAgo, catchUp: "all", catchUpMost: 3 });
    const latest = await schedule({ ...anHourAgo, catchUp: "latest" });
    const skip = await schedule({ ...anHourAgo, catchUp: "skip" });
    for (const one of [all, latest, skip]) await dueSince(one.id, minute(12 * 24 * hourMs + hourMs));
    await until(
      "all of them",
      () => runsOf(all.id),
      (runs) => runs.length >= 3 && ended(runs),
    );
    await until("the latest", () => runsOf(latest.id), ended);
    const left = await until(
      "what was skipped",
      () => api.call("GET", `/triggers/${skip.id}/deliveries?status=skipped`, { as: owner() }),
      ({ json }) => json.items.length === 1,
    );
    expect(left.json.items[0].payload.count).toBe(13);
    expect(await runsOf(all.id)).toHaveLength(3);
    expect(await runsOf(latest.id)).toHaveLength(1);
    const refused = await api.call("POST", `/triggers/${skip.id}/deliveries/${left.json.items[0].id}/redeliver`, {
      as: owner(),
    });
    expect(refused.status).toBe(409);
  });

  test("paused it does not fire, and resumed it waits for its next moment", async () => {
    const one = await schedule();
    const paused = await api.call("PATCH", `/triggers/${one.id}`, { as: owner(), body: { enabled: false } });
    expect(paused.json.nextFireAt).toBeNull();
    const resumed = await api.call("PATCH", `/triggers/${one.id}`, { as: owner(), body: { enabled: true } });
    expect(Date.parse(resumed.json.nextFireAt)).toBeGreaterThan(Date.now());
  });

  test("one whose input does not fit is refused where it can be seen, and the others fire", async () => {
    const wrong = await schedule({ cron: "* * * * *", input: { n: "many" } });
    const right = await schedule({ cron: "* * * * *" });
    for (const one of [wrong, right]) await dueSince(one.id, minute(0));
    await until("the right one", () => runsOf(right.id), ended);
    const refused = await until(
      "the refusal",
      () => api.call("GET", `/triggers/${wrong.id}/deliveries`, { as: owner() }),
      ({ json }) => json.items[0]?.status === "refused",
    );
    expect(refused.json.items[0]).toMatchObject({ runId: null, error: { code: "INPUT_INVALID" } });
  });
});

describe("a form", () => {
  async function form(more: object = {}): Promise<{ id: string; url: string | null; path: string }> {
    const { status, json, text } = await make({
      kind: "form",
      name: "Ask us",
      config: { thanks: "Thank you" },
      ...more,
    });
    expect(status, text).toBe(201);
    return { ...json.trigger, path: `/forms/${json.trigger.url.split("/").at(-1)}` };
  }

  test("is closed until somebody opens it, and then asks for the workflow's input", async () => {
    const one = await form();
    expect(one.url).toMatch(/\/f\/bt_/);
    expect((await api.call("GET", one.path)).status).toBe(404);
    expect((await api.call("POST", `${one.path}/submissions`, { body: { input: { n: 1 } } })).status).toBe(404);
    await api.call("PATCH", `/triggers/${one.id}`, { as: owner(), body: { enabled: true } });
    const shown = await api.call("GET", one.path);
    expect(shown.json).toMatchObject({ title: "Adds one", schema: { required: ["n"] } });
    expect(Object.keys(shown.json)).toEqual(["title", "description", "schema"]);
  });

  test("a submission starts one run, however often it is sent, and its reference is the run", async () => {
    const one = await form({ enabled: true });
    const body = { input: { n: 8 }, submissionId: randomUUID() };
    const send = () => api.call("POST", `${one.path}/submissions`, { body });
    const [first, second] = [await send(), await send()];
    expect(first).toMatchObject({ status: 202, json: { thanks: "Thank you" } });
    expect(second.json).toEqual(first.json);
    const runs = await until("the run's end", () => runsOf(one.id), ended);
    expect(runs).toMatchObject([{ id: first.json.reference, output: 9 }]);
  });

  test("what does not fit is told with its field, and who sends too much is told to wait", async () => {
    const one = await form({ enabled: true });
    const send = (n: unknown) => api.call("POST", `${one.path}/submissions`, { body: { input: { n } } });
    expect(await send("x")).toMatchObject({ status: 422, json: { errors: [{ path: "/input/n" }] } });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => send(n)));
    const limited = answers.filter(({ status }) => status === 429);
    expect(limited.length).toBeGreaterThan(5);
    expect(limited[0]!.headers.get("retry-after")).toMatch(/^\d+$/);
  });
});
